import { createQueueMemory, requestedReason } from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { FACTS, openedConnection, recordCloses } from '../helpers/record-closes.ts';

afterEach(() => diag.disable());

const LONG = 'x'.repeat(15_000);

it.each([
  { facts: { reason: LONG }, name: 'websocket.close.reason', length: 256 },
  { facts: { subprotocol: 'chat.'.repeat(3000) }, name: 'websocket.subprotocol', length: 128 },
  { facts: { extensions: LONG }, name: 'websocket.extensions', length: 256 },
  { facts: { clientAddress: LONG }, name: 'client.address', length: 64 },
  { facts: { code: 1006, wasClean: false, errorCode: LONG.toUpperCase() }, name: 'error.type', length: 64 },
  { facts: { url: `ws://h/${LONG}` }, name: 'url.path', length: 512 },
  { facts: { url: `ws://h/${'"'.repeat(500)}` }, name: 'url.path', length: 512 },
  { facts: { url: `ws://${LONG}/` }, name: 'server.address', length: 255 },
  { facts: { url: `ws://${'x'.repeat(1000)}:81/` }, name: 'url.full', length: 1009 },
])('cuts a long $name to $length characters and marks it', async ({ facts, name, length }) => {
  const { spans } = await recordCloses([facts]);
  const text = String(spans[0]?.attributes[name]);
  expect(text).toHaveLength(length);
  if (name !== 'url.full') expect(text.endsWith('…')).toBe(true);
});

it.each([
  { title: 'a long text', value: LONG, expected: `${'x'.repeat(255)}…` },
  { title: 'long bytes', value: Buffer.from(LONG), expected: `${'x'.repeat(255)}…` },
  { title: 'bytes', value: new Uint8Array([0xc3, 0xbc]), expected: 'ü' },
  { title: 'half a character', value: new Uint8Array([0xc3]), expected: '\ufffd' },
  { title: 'an empty text', value: '', expected: undefined },
  { title: 'a number', value: 7, expected: undefined },
  { title: 'nothing', value: undefined, expected: undefined },
])('reads a reason of the app that is $title', ({ value, expected }) => {
  expect(requestedReason(value)).toBe(expected);
});

it('marks the whole URL where its path is cut', async () => {
  const { spans } = await recordCloses([{ url: `ws://h/${LONG}?${LONG}` }]);
  expect(spans[0]?.attributes['url.full']).toBe(`ws://h/${'x'.repeat(510)}…`);
});

it('cuts what redactUrl and urlTemplate give', async () => {
  const { spans } = await recordCloses([{ url: 'ws://h/' }], {
    redactUrl: () => `ws://h/${LONG}`,
    urlTemplate: () => LONG,
  });
  expect(spans[0]?.attributes['url.full']).toHaveLength(518);
  expect(spans[0]?.attributes['url.template']).toHaveLength(256);
});

it('names no port for a host that is cut', async () => {
  const { spans } = await recordCloses([{ url: `ws://${LONG}:8080/` }]);
  expect(spans[0]?.attributes).not.toHaveProperty(['server.port']);
});

it('leaves a text as it is that is as long as allowed', async () => {
  const reason = 'ü'.repeat(256);
  const { spans } = await recordCloses([{ reason, url: `ws://h/${'x'.repeat(511)}` }]);
  expect(spans[0]?.attributes).toMatchObject({
    'websocket.close.reason': reason,
    'url.path': `/${'x'.repeat(511)}`,
  });
});

it.each([
  ['ECONNRESET', 'ECONNRESET'],
  ['WS_ERR_UNEXPECTED_RSV_2_3', 'WS_ERR_UNEXPECTED_RSV_2_3'],
  ['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_STREAM_ERROR'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['HPE_INVALID_CONSTANT', 'HPE_INVALID_CONSTANT'],
  ['ConnectionRefused', 'ConnectionRefused'],
  ['user 7 is gone', '_OTHER'],
  ['Bearer 7f3a', '_OTHER'],
  ['eyJhbGciOiJIUzI1NiJ9', '_OTHER'],
  ['7f3a9c21b4d8e6f0', '_OTHER'],
  ['AKIA1234567EXAMPLE', '_OTHER'],
  ['https://example.com/?token=secret', '_OTHER'],
])('says of the error code %s: %s', async (errorCode, type) => {
  const { spans, points } = await recordCloses([{ code: 1006, wasClean: false, errorCode }]);
  expect(spans[0]?.attributes['error.type']).toBe(type);
  expect(points['websocket.client.closes']?.[0]?.attributes).toMatchObject({ 'error.type': type });
});

it('cuts between characters', async () => {
  const { spans } = await recordCloses([{ reason: '🎈'.repeat(200) }]);
  expect(spans[0]?.attributes['websocket.close.reason']).toBe(`${'🎈'.repeat(127)}…`);
});

it.each([Buffer.alloc(300), { toString: () => LONG }, Symbol('x'), 7n])(
  'records a close whose library hands over %o in place of texts',
  async (value) => {
    const text = value as unknown as string;
    const { spans } = await recordCloses([
      { url: text, reason: text, subprotocol: text, errorCode: text, extensions: text },
    ]);
    expect(spans).toHaveLength(1);
    expect(spans[0]?.attributes).not.toHaveProperty(['websocket.close.reason']);
  },
);

it.each([
  { what: 'texts of libraries', reason: 'r'.repeat(256), attributes: undefined, bytes: 256 },
  {
    what: 'further attributes',
    reason: '',
    attributes: { text: 't'.repeat(200), items: ['i'.repeat(76), 'j'], number: 1 },
    bytes: 200 + 76 + 1 + 5 * 24,
  },
])(
  'keeps closes that wait within their bytes, with $what, and tells of those that it drops',
  async ({ reason, attributes, bytes }) => {
    const lines: string[] = [];
    const note = (...args: unknown[]) => lines.push(args.join(' '));
    diag.setLogger({ error: note, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const recording = createRecording({
      options: {},
      startPipeline: () => new Promise(() => {}),
      memory: createQueueMemory(2 ** 20),
      waiting: [],
      dropped: 0,
      capacity: 131_072,
    });
    const url = `ws://h/${'x'.repeat(2000)}`;
    const connection = openedConnection();
    // Each close counts as 640 bytes and its texts.
    const room = Math.floor(2 ** 20 / (640 + url.length + bytes));
    for (let i = 0; i <= room; i++) {
      recording.push({
        connection,
        facts: { ...FACTS, url, reason, furtherAttributes: attributes },
        closedAt: 0,
        closeTime: 0,
      });
    }
    expect(lines).toEqual([]);
    recording.push({
      connection,
      facts: { ...FACTS, url, reason, furtherAttributes: attributes },
      closedAt: 0,
      closeTime: 0,
    });
    expect(lines).toEqual([`closespan: ${room + 1} closes dropped, too many wait`]);
  },
);
