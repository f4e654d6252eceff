import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createCloseStore, receivedSpans, startClosespanReceiver } from 'closespan/receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, closeSpan, JSON_TYPE, PROTOBUF_TYPE, send, tracesOf } from './otlp-requests.ts';

/** What the process of the receiver reports after a garbage collection. */
interface Report {
  readonly heapUsed: number;
  readonly maxRss: number;
  readonly closes: number;
  readonly forgotten: number;
  readonly otherSpans: number;
}

const MB = 1e6;
let receiver: ChildProcess;
let url: string;
beforeAll(async () => {
  // A process that needs more memory than this ends.
  const execArgv = ['--expose-gc', '--max-old-space-size=512'];
  receiver = fork(fileURLToPath(new URL('fixtures/receiver-process.mjs', import.meta.url)), { execArgv });
  [url] = await once(receiver, 'message');
});
afterAll(() => receiver.disconnect());

async function report(): Promise<Report> {
  receiver.send('report');
  const [message] = await once(receiver, 'message');
  return message;
}

const sendTraces = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  send(`${url}/v1/traces`, headers, body);

/** Wraps the text of spans, without a large object in between. */
const textOf = (spans: string) => JSON.stringify(tracesOf([])).replace('"spans":[]', `"spans":[${spans}]`);

/** Field of a message of protobuf that has a length: number of the field, and bytes. */
function field(number: number, bytes: Buffer): Buffer {
  const head = [(number << 3) | 2];
  for (let rest = bytes.length; ; rest >>>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) return Buffer.concat([Buffer.from(head), bytes]);
  }
}

describe('memory stays bounded', () => {
  it('with a million spans in one request, as JSON and as protobuf', async () => {
    const before = await report();
    const json = await sendTraces(textOf(Array(1_000_000).fill('{"name":"a"}').join()));
    const spans = Buffer.alloc(5_000_000, field(2, field(5, Buffer.from('a'))));
    const protobuf = await sendTraces(field(1, field(2, spans)), PROTOBUF_TYPE);
    const after = await report();
    expect([json.status, protobuf.status, after.otherSpans]).toEqual([200, 200, 2_000_000]);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(5 * MB);
    expect(after.maxRss).toBeLessThan(600 * MB);
  });

  it('with closes in many requests: the oldest are forgotten, and are counted', async () => {
    const reason = attribute('websocket.close.reason', 'x'.repeat(3000));
    let number = 0;
    const next = () => JSON.stringify(closeSpan((++number).toString(16).padStart(16, '0'), [reason]));
    for (let i = 0; i < 12; i++) await sendTraces(textOf(Array.from({ length: 2000 }, next).join()));
    const { closes, forgotten, heapUsed } = await report();
    expect(closes + forgotten).toBe(24_000);
    expect(closes).toBeGreaterThan(5000);
    expect(closes).toBeLessThanOrEqual(10_000);
    expect(heapUsed).toBeLessThan(100 * MB);
  });

  it('with many large bodies at once: some have to come again', async () => {
    const body = textOf(JSON.stringify({ name: 'y'.repeat(15 * MB) }));
    const responses = await Promise.all(Array.from({ length: 20 }, () => sendTraces(body)));
    const statuses = new Set(responses.map(({ status }) => status));
    expect([200, 503]).toEqual(expect.arrayContaining([...statuses]));
    expect(statuses).toContain(200);
    for (const { status, headers } of responses)
      expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect((await report()).maxRss).toBeLessThan(700 * MB);
    // What was refused is no longer held.
    expect((await sendTraces(body)).status).toBe(200);
  });

  const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
  const deepValue = (depth: number) => {
    let value: Buffer = Buffer.alloc(0);
    for (let i = 0; i < depth; i++) value = field(5, field(1, value));
    return field(1, field(2, field(2, field(9, field(2, value)))));
  };
  it.each<[string, number, string | Buffer, Record<string, string>]>([
    ['of 21 MB', 413, Buffer.alloc(21 * MB, ' '), JSON_TYPE],
    [
      'of 21 MB without its length',
      413,
      Buffer.alloc(21 * MB, ' '),
      { ...JSON_TYPE, 'transfer-encoding': 'chunked' },
    ],
    [
      'of 300 MB in gzip',
      413,
      gzipSync(Buffer.alloc(300 * MB)),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
    ],
    [
      'with gzip that ends early',
      400,
      gzipSync('{}').subarray(0, -9),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
    ],
    ['with deep lists', 400, deep('[', ']'), JSON_TYPE],
    ['with deep objects', 400, `${deep('{"a":', '}').replace('}', '1}')}`, JSON_TYPE],
    ['with 5 million values', 413, `{"a":[${'0,'.repeat(5e6)}0]}`, JSON_TYPE],
    [
      'with 5 million empty spans in protobuf',
      413,
      field(1, field(2, Buffer.alloc(10 * MB, field(2, Buffer.alloc(0))))),
      PROTOBUF_TYPE,
    ],
    ['with deep values in protobuf', 400, deepValue(2000), PROTOBUF_TYPE],
    ['with deep groups in protobuf', 400, Buffer.alloc(100_000, 0x1b), PROTOBUF_TYPE],
    ['with a length beyond the body', 400, Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), PROTOBUF_TYPE],
  ])('with a body %s', async (_, status, body, headers) => {
    const response = await sendTraces(body, headers);
    expect(response.status).toBe(status);
    expect((await sendTraces('{}')).status).toBe(200);
    expect((await report()).maxRss).toBeLessThan(800 * MB);
  });
});

describe('a connection', () => {
  it('whose body comes too slowly is ended', async () => {
    const slow = await startClosespanReceiver({ port: 0, requestTimeout: 300 });
    const socket = connect(Number(new URL(slow.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    socket.write('content-length: 100000\r\n\r\n');
    const timer = setInterval(() => socket.write(' '), 50);
    // With `once` an error, which the last write may meet, would end the wait.
    await new Promise((resolve) => socket.resume().on('close', resolve));
    clearInterval(timer);
    await slow.close();
  });

  it('is ended at once while 512 others are open, and gets a turn after these', async () => {
    const port = Number(new URL(url).port);
    const open = new Set<Socket>();
    for (let i = 0; i < 530; i++) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      open.add(socket.resume().on('close', () => open.delete(socket)));
      await once(socket, 'connect');
    }
    await expect.poll(() => open.size).toBeLessThanOrEqual(512);
    for (const socket of open) socket.destroy();
    const status = () => sendTraces('{}').then((response) => response.status, String);
    await expect.poll(status).toBe(200);
  });
});

describe('an attribute', () => {
  it('may have any name', () => {
    const names = ['__proto__', 'constructor', 'toString', '', 'a\ud800b'];
    const [span] = receivedSpans(
      tracesOf([
        closeSpan(
          '1',
          names.map((name) => attribute(name, 'x')),
        ),
      ]),
    );
    const { attributes } = span ?? {};
    expect(Object.entries(attributes ?? {}).slice(1)).toEqual(
      ['__proto__', 'constructor', 'toString', '', 'a\ufffdb'].map((name) => [name, 'x']),
    );
    expect(attributes?.['hasOwnProperty']).toBe(undefined);
    expect(Reflect.get({}, 'x')).toBe(undefined);
    // Nor is the copy in a store changed.
    const store = createCloseStore();
    store.addSpans(receivedSpans(tracesOf([closeSpan('1', [attribute('__proto__', 'x')])])));
    expect(JSON.stringify(store.closes[0]?.span.attributes)).toContain('"__proto__":"x"');
  });

  it('may hold lists, maps and bytes, which become plain values', () => {
    const map = (value: object) => ({ kvlistValue: { values: [{ key: 'key "a"', value }] } });
    const values = [{ boolValue: false }, { doubleValue: 'NaN' }, map(map({ intValue: '7' })), {}];
    const [span] = receivedSpans(
      tracesOf([
        closeSpan('1', [
          { key: 'list', value: { arrayValue: { values } } },
          { key: 'bytes', value: { bytesValue: 'AQI=' } },
        ]),
      ]),
    );
    expect(span?.attributes['list']).toEqual([false, Number.NaN, '{"key \\"a\\"":{"key \\"a\\"":7}}', '']);
    expect(span?.attributes['bytes']).toBe('AQI=');
  });
});

it('values without end are read to the depth that a body may have', () => {
  const wraps = [
    (value: object) => ({ arrayValue: { values: [value] } }),
    (value: object) => ({ kvlistValue: { values: [{ key: 'a', value }] } }),
  ];
  for (const wrap of wraps) {
    let value: object = { stringValue: 'x' };
    for (let i = 0; i < 50_000; i++) value = wrap(value);
    const [span] = receivedSpans(tracesOf([closeSpan('1', [{ key: 'deep', value }])]));
    expect(JSON.stringify(span?.attributes['deep']).length).toBeLessThan(1500);
  }
});

it.each([
  ['NaN', 0],
  ['-1', 0],
  ['Infinity', 0],
  ['1e300', 0],
  [{}, 0],
  ['18446744073709551615', 18_446_744_073_709.55],
])('a time of %s nanoseconds is a time that a date can have, or 0', (time, expected) => {
  const span = { ...closeSpan('1'), startTimeUnixNano: time, endTimeUnixNano: time };
  const [received] = receivedSpans(tracesOf([span]));
  expect([received?.startTime, received?.endTime]).toEqual([expected, expected]);
});

it('half a character of a text is replaced', () => {
  const [received] = receivedSpans(tracesOf([{ ...closeSpan('1'), name: '\udc00 😀 \ud83d' }]));
  expect(received?.name).toBe('\ufffd 😀 \ufffd');
});

it.each([
  [null],
  [7],
  ['text'],
  [[]],
  [{ scopeSpans: 7 }],
  [{ resource: [], scopeSpans: [null, 7, { spans: {} }, { scope: 'x', spans: [null, [], 7, {}] }] }],
  {
    scopeSpans: [{ spans: [{ name: {}, kind: 'x', attributes: [{ value: 7 }, { key: {} }], links: [{}] }] }],
  },
])('resources of %j make no error', (resourceSpans) => {
  for (const body of [{ resourceSpans }, { resourceSpans: [resourceSpans] }]) {
    for (const { name, kind, attributes } of receivedSpans(body))
      expect([name, kind, attributes]).toEqual(['', 0, expect.anything()]);
  }
});
