import { once } from 'node:events';
import { type CloseNote, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { context, DiagLogLevel, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let server: WsServer;
let receiver: OtlpReceiver;
let handle: NodeWebSocketHandle;
const debug = vi.fn();
const error = vi.fn();
const rejections = vi.fn();
beforeEach(async () => {
  diag.setLogger({ error, warn: error, info() {}, debug, verbose() {} }, DiagLogLevel.DEBUG);
  process.on('unhandledRejection', rejections);
  [server, receiver] = await Promise.all([startWsServer((peer) => peer.close(4001)), startOtlpReceiver()]);
  handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    redactReason: (text) => text.replace(/\d/g, '#'),
  });
});
afterEach(async () => {
  await handle.shutdown();
  context.disable();
  diag.disable();
  process.off('unhandledRejection', rejections);
  vi.clearAllMocks();
  await Promise.all([server.close(), receiver.close()]);
});

/** Notes on a client, and returns the attributes of its span. */
async function attributesWith(...notes: readonly unknown[]): Promise<Readonly<Record<string, unknown>>> {
  const socket = new WebSocket(`${server.url}/notes`);
  for (const note of notes) handle.note(socket, note as CloseNote);
  await once(socket, 'close');
  await vi.waitUntil(async () => {
    await handle.forceFlush();
    return receiver.spans.length === 2;
  });
  return receiver.spans.find(({ kind }) => kind === 3)?.attributes ?? {};
}

const throwing = (): never => {
  throw new Error('from the app');
};
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'room'],
  ['a symbol', Symbol('room')],
  ['a revoked proxy', revoked],
  ['a promise that rejects', Promise.reject(new Error('from the app')).catch(() => {})],
  ['a getter that throws', Object.defineProperty({}, 'attributes', { get: throwing, enumerable: true })],
  [
    'attributes that throw',
    { attributes: Object.defineProperty({}, 'a', { get: throwing, enumerable: true }) },
  ],
  ['attributes that are a revoked proxy', { attributes: revoked }],
  ['attributes that are a text', { attributes: 'room' }],
  ['attributes that are null', { attributes: null }],
  ['a list that throws', { attributes: { list: new Proxy([], { get: throwing }) } }],
  ['a cause that is an object', { cause: { toString: throwing } }],
  ['a reason that is an object', { reason: { toString: throwing } }],
])('a note that is %s does not throw, and the close is recorded', async (_what, note) => {
  const attributes = await attributesWith(note);
  expect(attributes).toMatchObject({ 'url.path': '/notes', 'websocket.close.cause': 'remote_close' });
  expect(attributes).not.toHaveProperty('websocket.close.noted_reason');
  expect(rejections).not.toHaveBeenCalled();
});

it('values that OpenTelemetry does not allow are ignored, and all others are recorded', async () => {
  const attributes = await attributesWith({
    attributes: {
      ...{ text: 'a', empty: '', zero: 0, half: 0.5, no: false, texts: ['a', 'b'], none: [] },
      ...{ nan: Number.NaN, infinite: Infinity, big: 1n, symbol: Symbol('a'), object: {}, nothing: null },
      ...{
        call: throwing,
        promise: Promise.resolve(1),
        mixed: ['a', 1],
        nested: [['a']],
        holes: ['a', undefined],
      },
      ['__proto__']: 'own',
      constructor: 'own',
    },
  });
  const own = Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !/^(websocket|url|server|network)\./.test(name)),
  );
  expect(own).toEqual({
    ...{
      text: 'a',
      empty: '',
      zero: 0,
      half: 0.5,
      no: false,
      texts: ['a', 'b'],
      none: [],
      constructor: 'own',
    },
  });
});

it('lists with holes and with methods of their own are ignored or read item by item', async () => {
  const own = Object.assign(['a'], { slice: () => [{}], map: () => [{}] });
  const attributes = await attributesWith({ attributes: { holes: new Array(3), own, 'error.type': 'mine' } });
  expect(attributes).toMatchObject({ own: ['a'] });
  expect(attributes).not.toHaveProperty('holes');
  expect(attributes['error.type']).not.toBe('mine');
});

it('names of closespan are not overwritten', async () => {
  const attributes = await attributesWith({
    attributes: {
      'websocket.close.code': 1,
      'websocket.close.synthetic': true,
      'websocket.invented': 1,
      'url.path': '/elsewhere',
      'server.address': 'elsewhere',
    },
  });
  expect(attributes).toMatchObject({
    'websocket.close.code': 4001,
    'url.path': '/notes',
    'server.address': '127.0.0.1',
  });
  expect(attributes).not.toHaveProperty('websocket.close.synthetic');
  expect(attributes).not.toHaveProperty('websocket.invented');
});

it('attributes are bounded in number and length, whatever the number of notes', async () => {
  const notes = Array.from({ length: 1000 }, (_, i) => ({ attributes: { [`app.${i}`]: 'x'.repeat(i) } }));
  const long = {
    'app.1': 'y'.repeat(1e6),
    'app.2': Array(1000).fill('z'.repeat(1000)),
    ['n'.repeat(129)]: 1,
    '': 1,
  };
  const attributes = await attributesWith(...notes, { attributes: long });
  const own = Object.entries(attributes).filter(([name]) => name.startsWith('app.'));
  expect(own).toHaveLength(32);
  expect(attributes['app.1']).toBe(`${'y'.repeat(255)}…`);
  expect(attributes['app.2']).toEqual(Array(32).fill(`${'z'.repeat(255)}…`));
  expect(Object.keys(attributes).filter((name) => name === '' || name.startsWith('nn'))).toEqual([]);
});

it('a reason is cut, and passes `redactReason`', async () => {
  const attributes = await attributesWith({ reason: `${'1'.repeat(300)}` });
  expect(attributes['websocket.close.noted_reason']).toBe(`${'#'.repeat(255)}…`);
});

it.each(['kicked', '', 'toString', 'PING_TIMEOUT', 'x'.repeat(1e6)])(
  'a cause of no known word is ignored',
  async (cause) => {
    expect(await attributesWith({ cause })).toMatchObject({ 'websocket.close.cause': 'remote_close' });
  },
);

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'socket'],
  ['an object', {}],
  ['a revoked proxy', revoked],
  ['a proxy that throws', new Proxy({}, { getPrototypeOf: throwing, get: throwing, has: throwing })],
])('a note on %s costs one line at most, and its id is not known', (_what, socket) => {
  debug.mockClear();
  handle.note(socket as object, { attributes: { a: 1 } });
  expect(handle.connectionIdOf(socket as object)).toBeUndefined();
  const lines = [...debug.mock.calls, ...error.mock.calls].map(([line]) => line);
  expect(lines).toContain('closespan: note on a socket that is not observed');
});

it('a socket to an ignored URL, or of suppressTracing(), takes no note and has no id', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  await handle.shutdown();
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ignoreUrls: ['/ignored'] });
  for (const path of ['/ignored', '/suppressed']) {
    const socket = context.with(
      path === '/suppressed' ? suppressTracing(context.active()) : context.active(),
      () => new WebSocket(server.url + path),
    );
    debug.mockClear();
    handle.note(socket, { attributes: { a: 1 } });
    expect(debug.mock.calls).toEqual([['closespan: note on a socket that is not observed']]);
    expect(handle.connectionIdOf(socket)).toBeUndefined();
    await once(socket, 'close');
  }
});

it('a note on a socket from before observation joins its record', async () => {
  await handle.shutdown();
  const early = new WebSocket(`${server.url}/early`);
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  handle.note(early, { attributes: { a: 1 } });
  const id = handle.connectionIdOf(early);
  await once(early, 'close');
  await vi.waitUntil(async () => {
    await handle.forceFlush();
    return receiver.spans.some(({ kind }) => kind === 3);
  });
  const { attributes } = receiver.spans.find(({ kind }) => kind === 3) ?? {};
  expect(attributes).toMatchObject({ a: 1, 'websocket.connection.id': id });
});
