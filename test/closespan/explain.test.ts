import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { instrumentWebSockets } from '@closespan/node';
import { startClosespanReceiver } from 'closespan/receiver';
import { expect, it } from 'vitest';
import { jsonShape } from '../../packages/closespan/src/otlp/json-shape.ts';
import { connectAndClose } from '../helpers/connect-and-close.ts';
import { attribute, closeSpan, tracesOf } from './otlp-requests.ts';
import { BIN, runClosespan } from './start-closespan.ts';

async function explain(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runClosespan(['explain', ...args]);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}

async function explainInput(input: unknown): Promise<Record<string, unknown>[]> {
  const text = typeof input === 'string' || input instanceof Buffer ? input : JSON.stringify(input);
  const { stdout } = await runClosespan(['explain', '--json'], { input: text });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

it('explains a code, with what it takes for granted', async () => {
  expect((await explain('1006')).split('\n')).toEqual([
    '✗ 1006 Abnormal Closure  client',
    'what      The connection was lost: no Close frame arrived.',
    'evidence  code 1006 (Abnormal Closure); neither end closed',
    'assumed   a client saw the close; neither end closed; the connection had opened',
    'next      Nobody can know more from this end. Look at the record of the other end. If many end at one age, look for a limit of a proxy.',
    'code      No Close frame arrived. Sent by nobody.',
    expect.stringMatching(/^more {6}https:\S+causes\.md#connection_lost https:\S+runbook\.md#\w+$/),
    '',
  ]);
});

it('names the libraries that give a meaning to a code of the app', async () => {
  expect(await explain('4401')).toMatch(
    /^known as +Unauthorized in graphql-ws; Unauthorized in hocuspocus$/m,
  );
  expect(await explain('4999')).not.toContain('known as');
  const input = '{"websocket.close.code":4401,"websocket.close.name":"No token"}';
  expect((await runClosespan(['explain'], { input })).stdout).not.toContain('known as');
});

it('says in JSON, too, what it takes for granted', async () => {
  const { assumed } = JSON.parse(await explain('--idle', '60', '--json'));
  expect(assumed).toEqual([
    'the code was 1006',
    'a client saw the close',
    'neither end closed',
    'the connection had opened',
  ]);
});

it.concurrent.each([
  ['1006', '✗ 1006 Abnormal Closure'],
  ['1000', '✓ 1000 Normal Closure'],
  ['1001', '→ 1001 Going Away'],
])('judges attributes without a status by their code: %s', async (code, head) => {
  const { stdout } = await runClosespan(['explain'], { input: `{"websocket.close.code":${code}}` });
  expect(stdout).toContain(head);
});

it('reads ids, times and the status of a span of Jaeger', async () => {
  const tags = [
    { key: 'websocket.close.code', type: 'int64', value: 1011 },
    { key: 'otel.status_code', type: 'string', value: 'ERROR' },
  ];
  const span = { traceID: 'abc', spanID: 'def', startTime: 1.7e15, duration: 5_000_000, tags };
  const { stdout } = await runClosespan(['explain', '--json'], {
    input: JSON.stringify({ data: [{ spans: [span] }] }),
  });
  const { traceId, spanId, time, abnormal } = JSON.parse(stdout);
  expect([traceId, spanId, time, abnormal]).toEqual(['abc', 'def', '2023-11-14T22:13:25.000Z', true]);
});

it('says that it explains no more than the first 10,000 closes', async () => {
  const input = '{"websocket.close.code":1000}\n'.repeat(10_001);
  const { stderr, exitCode } = await runClosespan(['explain', '--json'], { input });
  expect([exitCode, stderr]).toEqual([0, 'closespan: the first 10000 closes are explained, and no others\n']);
});

it.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the reading of the standard input',
  async (signal) => {
    const child = spawn(process.execPath, [BIN, 'explain'], { stdio: ['pipe', 'ignore', 'inherit'] });
    // The program has read this once it asks for more.
    await new Promise((resolve) => child.stdin.write('x'.repeat(1024 * 1024), resolve));
    child.kill(signal);
    expect((await once(child, 'exit'))[0]).toBe(1);
  },
);

it('says that its output cannot be written, and fails', async () => {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [BIN, 'codes'], { stdio: ['ignore', full.fd, 'pipe'] });
  const [[exitCode], message] = await Promise.all([once(child, 'exit'), text(child.stderr as Readable)]);
  await full.close();
  expect([exitCode, message]).toEqual([1, expect.stringContaining('the output cannot be written')]);
});

it.concurrent.each([
  ['1006 --lifetime 60 --idle 60', 'fits an idle limit of 60 s', '60 s is the idle limit of nginx'],
  ['1001 --idle 1m', 'fits an idle limit of 60 s'],
  ['1001 --idle 60 --side server', 'The peer closed: 1001 (Going Away)'],
  ['1006 --idle 47', 'The connection was lost: no Close frame arrived'],
  ['1006 --idle 100.5 --error ECONNRESET', 'fits an idle limit of 100 s', 'Cloudflare'],
  ['--error ECONNRESET', 'TCP was reset (ECONNRESET)'],
  ['--status 401', 'The handshake was refused with HTTP status 401'],
  ['--unopened', 'The handshake failed'],
  ['--cause page_exit', 'left'],
  ['--cause ping_timeout 1006', 'heartbeat'],
  ['1009', 'too big', 'assumed   a client saw the close; the peer closed first'],
  ['4401 --initiator local --reason expired', 'This end closed: 4401 (Private use)', 'reason "expired"'],
  ['1006 --lifetime 2h --silence 250ms', 'open for 2 h 0 min'],
])('explain %s says "%s"', async (args, ...texts) => {
  const output = await explain(...args.split(' '));
  for (const text of texts) expect(output).toContain(text);
});

it.concurrent.each([
  ['1006 1001', 'Expected one code or one file'],
  ['70000', 'Expected `CODE` to be a whole number from 0 to 65535'],
  ['1006 --idle 1d', 'Expected `--idle` to be a time such as'],
  ['1006 --side both', 'Expected `--side` to be one of client, server'],
  ['1006 --initiator me', 'Expected `--initiator` to be one of local, remote, none, unknown'],
  ['1006 --cause bad_luck', 'Expected `--cause` to be one of the causes'],
  ['--status 99', 'Expected `--status` to be a whole number from 100 to 599'],
  ['1006 --nonsense', "Unknown option '--nonsense'. Expected flags are --cause"],
  ['/nowhere.json', 'Expected a code or a file that can be read'],
])('explain %s is a wrong call', async (args, message) => {
  const { exitCode, stderr, stdout } = await runClosespan(['explain', ...args.split(' ')]);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`closespan: ${message}`);
  expect(stderr).toContain('closespan explain --help');
});

const ATTRIBUTES = {
  'websocket.close.code': 1006,
  'websocket.close.cause': 'idle_timeout',
  'websocket.idle.duration': 60.01,
  'websocket.close.limit': 60,
};
const SENTENCE = 'The connection was cut after 60.0 s of silence, which fits an idle limit of 60 s.';
const TAGS = Object.entries(ATTRIBUTES).map(([key, value]) => ({ key, value }));
const RECORD = {
  kind: 'server',
  code: 1006,
  cause: 'idle_timeout',
  abnormal: true,
  connectionDuration: 90_000,
  closeTime: 1_700_000_000_000,
  endpoint: { url: 'ws://127.0.0.1/rooms/7' },
  furtherAttributes: { 'websocket.idle.duration': 60.01, 'websocket.close.limit': 60 },
};

it.concurrent.each([
  ['a map of attributes', ATTRIBUTES, {}],
  ['a list of maps', [ATTRIBUTES], {}],
  ['JSON lines among other lines', `starting\n${JSON.stringify(ATTRIBUTES)}\n\n{"level":"info"}\n`, {}],
  [
    'a span of Jaeger',
    { data: [{ spans: [{ tags: [...TAGS, { key: 'span.kind', value: 'client' }] }] }] },
    { side: 'client' },
  ],
  [
    'a span object of the SDK',
    { attributes: ATTRIBUTES, kind: 2, endTime: [1_700_000_000, 500_000_000], status: { code: 2 } },
    { side: 'client', abnormal: true, time: '2023-11-14T22:13:20.500Z' },
  ],
  ['a file with a mark of the byte order', `\ufeff${JSON.stringify(ATTRIBUTES)}`, {}],
  ['UTF-16, as PowerShell writes a file', Buffer.from(`\ufeff${JSON.stringify(ATTRIBUTES)}`, 'utf16le'), {}],
  ['UTF-16 in the other order', Buffer.from(`\ufeff${JSON.stringify(ATTRIBUTES)}`, 'utf16le').swap16(), {}],
  [
    'a record',
    RECORD,
    {
      side: 'server',
      lifetime: 90,
      abnormal: true,
      time: '2023-11-14T22:13:20.000Z',
      url: 'ws://127.0.0.1/rooms/7',
    },
  ],
  [
    'OTLP, with the names of protobuf',
    {
      batches: [
        {
          resource: { attributes: [attribute('service.name', 'chat')] },
          scopeSpans: [
            {
              spans: [
                {
                  kind: 'SPAN_KIND_SERVER',
                  status: { code: 'STATUS_CODE_ERROR' },
                  endTimeUnixNano: '1700000000000000000',
                  attributes: TAGS.map(({ key, value }) => ({
                    key,
                    value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
                  })),
                },
              ],
            },
          ],
        },
      ],
    },
    { side: 'server', service: 'chat', abnormal: true, time: '2023-11-14T22:13:20.000Z' },
  ],
])('explains %s', async (_title, input, members) => {
  const closes = await explainInput(input);
  expect(closes).toEqual([
    expect.objectContaining({ type: 'close', code: 1006, sentence: SENTENCE, ...members }),
  ]);
});

it('explains what closespan itself exports, and leaves out outages and other spans', async () => {
  const receiver = await startClosespanReceiver({ port: 0 });
  const handle = instrumentWebSockets({ otlp: { url: receiver.url }, serviceName: 'chat' });
  await connectAndClose('/rooms/7', 4401);
  await handle.shutdown();
  const { closes } = receiver.store;
  await receiver.close();
  const outage = {
    name: 'websocket.reconnect',
    attributes: { 'websocket.close.cause': 'offline', 'websocket.reconnect.attempts': 2 },
  };
  const found = await explainInput({
    closespan: 1,
    closes,
    outages: [{ number: 9, span: outage }],
    other: [{ attributes: {} }],
  });
  expect(found.map(({ side, code, service }) => [side, code, service]).sort()).toEqual([
    ['client', 4401, 'chat'],
    ['server', 4401, 'chat'],
  ]);
});

it('explains a body of OTLP in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'closespan-explain-'));
  const file = join(folder, 'spans.json');
  await writeFile(file, JSON.stringify(tracesOf([closeSpan('a'), closeSpan('b', [], 2)])));
  expect(
    (await explain(file)).match(/^→ 1006 Abnormal Closure {2}(?:client|server) {2}shop {2}2023\S+$/gm),
  ).toHaveLength(2);
  await rm(folder, { recursive: true });
});

it.concurrent.each([
  ['no JSON', 'hello', 'Expected JSON, or a JSON value a line'],
  ['no close', '{"spans":[]}', 'No close is in the standard input'],
  ['nothing', '', 'Expected a code, a file, or spans in the standard input'],
  [
    'nesting without end',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    'No close is in the standard input',
  ],
])('says that an input has %s', async (_title, input, message) => {
  const { exitCode, stderr } = await runClosespan(['explain'], { input });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});

/** Object of which no text and no number can be made. */
const NO_TEXT = { toString: 1, valueOf: 1 };

it.concurrent.each([[[]], [['--json']]])('takes values nested without end, with %j', async (args) => {
  const list = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const map = '{"kvlistValue":{"values":[{"value":';
  const value = `${map.repeat(10_000)}{}${'}]}}'.repeat(10_000)}`;
  const input = [
    `{"websocket.close.code":1006,"a":${list}}`,
    `{"websocket.close.code":1006,"websocket.close.cause":${list}}`,
    `{"attributes":{"websocket.close.code":1006},"kind":${list},"statusCode":${list},"resource":{"a":${list}}}`,
    `{"attributes":[{"key":"websocket.close.cause","value":${value}}]}`,
  ].join('\n');
  const { exitCode, stdout, stderr } = await runClosespan(['explain', ...args], { input });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.match(/ended with/g)?.length).toBeGreaterThanOrEqual(4);
});

it.each([
  ['values', '{},'.repeat(10_000_001)],
  ['values after a line of another program', `it said "no\n${'{},'.repeat(10_000_001)}`],
])('refuses more %s than memory may hold', async (_what, input) => {
  const { exitCode, stderr } = await runClosespan(['explain'], { input });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('at most 10 million values')]);
});

it('counts the values of UTF-16 by its characters', () => {
  // The bytes of the second text are a comma and a quotation mark in UTF-16.
  const text = `["\\"", "\u{2c22}"${', {}'.repeat(100)}]`;
  expect(jsonShape(text)).toEqual({ values: 202, depth: 2 });
  expect(jsonShape(Buffer.from(text))).toEqual({ values: 202, depth: 2 });
});

it('reads the side of spans that the SDK prints, and of Zipkin', async () => {
  const attributes = { 'websocket.close.code': 1006, 'websocket.close.cause': 'connection_lost' };
  const printed = { traceId: 'A1', id: 'B2', timestamp: 1.7e15, duration: 5 };
  const spans = [
    { ...printed, kind: 2, status: { code: 2 }, attributes },
    { ...printed, kind: 'SERVER', tags: attributes },
    { id: '7', ...attributes },
  ];
  // Attributes alone have no status: the code says that the close was abnormal.
  expect(await explainInput(spans)).toMatchObject([
    { side: 'client', traceId: 'a1', spanId: 'b2' },
    { side: 'server' },
    { abnormal: true },
  ]);
});

it('takes values of any type, and no control character reaches the terminal', async () => {
  const input = [
    { 'websocket.close.code': '1006', 'websocket.close.reason': '\u001b[2J\u202ebad\u009b', 'url.full': 7 },
    { 'websocket.close.code': {}, 'websocket.close.cause': 'toString', 'url.full': '\u0007ws://host/' },
    { code: 1e300, cause: '__proto__', endpoint: null, furtherAttributes: [] },
    { attributes: [{ key: 'websocket.close.code', value: null }], resource: 7, status: null },
    ...['statusCode', 'kind', 'spanId', 'status', 'endTime', 'resource', 'duration', 'tags'].flatMap((name) =>
      [NO_TEXT, [NO_TEXT, NO_TEXT], { code: NO_TEXT }].map((value) => ({
        attributes: { 'websocket.close.code': 1006, 'websocket.close.cause': value, [name]: value },
        [name]: value,
      })),
    ),
  ];
  for (const args of [[], ['--json']]) {
    const { exitCode, stdout } = await runClosespan(['explain', ...args], { input: JSON.stringify(input) });
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});
