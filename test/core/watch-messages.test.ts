import { watchMessages } from '@closespan/core/messages';
import type { CloseFacts } from '@closespan/core/platform';
import { createSocketObserver } from '@closespan/core/platform';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordCloses } from '../helpers/record-closes.ts';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let server: WsServer;
beforeEach(async () => {
  server = await startWsServer((peer) => peer.on('message', (data, binary) => peer.send(data, { binary })));
});
afterEach(() => server.close());

/** An observer of the global WebSocket as in a page, which counts messages, and the facts of each close. */
function observe() {
  const closes: Partial<CloseFacts>[] = [];
  const native = globalThis.WebSocket;
  const recorder = {
    record: (_connection: unknown, facts: CloseFacts) => void closes.push(facts),
    opened() {},
    prepare() {},
  };
  const observer = createSocketObserver(
    recorder as never,
    (socket) => socket instanceof native,
    () => true,
    (connection) => messages.addFacts(connection, { furtherAttributes: { 'app.room': 'a' } }),
    // Node marks no events.
    () => false,
  );
  const messages = watchMessages(observer.observed, native.prototype, false);
  return { closes, observer, messages };
}

it('counts what a socket sends and receives', async () => {
  const { closes, observer, messages } = observe();
  const socket = new WebSocket(server.url);
  observer.observe(socket);
  messages.watch(socket);
  messages.watch(socket);
  const sent = ['text', 'zwölf', new Uint8Array(3), new Uint8Array(5).buffer, new Blob(['sieben!']), ''];
  let received = 0;
  const all = new Promise<void>((resolve) => {
    socket.addEventListener('message', () => {
      if (++received === sent.length) resolve();
    });
  });
  // Before the opening nothing is sent.
  expect(() => socket.send('too soon')).toThrow();
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  for (const data of sent) socket.send(data);
  await all;
  socket.close();
  await new Promise((resolve) => socket.addEventListener('close', resolve));
  messages.stop();
  expect(closes[0]?.furtherAttributes).toMatchObject({
    'app.room': 'a',
    'websocket.message.received.count': 6,
    'websocket.message.received.size': 4 + 6 + 3 + 5 + 7,
    'websocket.message.received.max_size': 7,
    'websocket.message.sent.count': 6,
    'websocket.message.sent.size': 4 + 6 + 3 + 5 + 7,
    'websocket.silence.duration': expect.any(Number),
    'websocket.idle.duration': expect.any(Number),
  });
});

it('counts nothing of a socket that had opened before, or that never opens', async () => {
  const { closes, observer, messages } = observe();
  const early = new WebSocket(server.url);
  observer.observe(early);
  await new Promise((resolve) => early.addEventListener('open', resolve));
  messages.watch(early);
  early.close();
  await new Promise((resolve) => early.addEventListener('close', resolve));
  const refused = new WebSocket('ws://127.0.0.1:9');
  observer.observe(refused);
  messages.watch(refused);
  await new Promise((resolve) => refused.addEventListener('close', resolve));
  messages.stop();
  const only = { 'app.room': 'a' };
  expect(closes.map(({ furtherAttributes }) => furtherAttributes)).toEqual([only, only]);
});

it('counts the messages of a stream when the app reads and writes them', async () => {
  const { observer, messages } = observe();
  const streams = {
    readable: new ReadableStream({
      start(controller) {
        controller.enqueue('twelve bytes');
        controller.close();
      },
    }),
    writable: new WritableStream({}),
  };
  const socket = Object.assign(new EventTarget(), { opened: Promise.resolve(streams), readyState: 0 });
  observer.observe(socket as never);
  messages.watch(socket as never);
  const { connection } = observer.observed.get(socket as never) ?? {};
  if (!connection) throw new Error('not observed');
  const { readable, writable } = await socket.opened;
  connection.openedAt = performance.now();
  const writer = writable.getWriter();
  await writer.write('four');
  await writer.close();
  const reader = readable.getReader();
  expect(await reader.read()).toEqual({ done: false, value: 'twelve bytes' });
  expect(await reader.read()).toMatchObject({ done: true });
  expect(messages.addFacts(connection, undefined)?.furtherAttributes).toMatchObject({
    'websocket.message.received.count': 1,
    'websocket.message.received.size': 12,
    'websocket.message.sent.count': 1,
    'websocket.message.sent.size': 4,
  });
  expect(messages.addFacts(connection, undefined)).toBeUndefined();
  messages.stop();
});

it.each<{ page: NonNullable<CloseFacts['page']>; path?: string; type?: string }>([
  {
    page: { url: 'https://example.com/a?token=1', visibility: 'hidden', network: 'wifi' },
    path: '/a',
    type: 'wifi',
  },
  {
    page: { url: 'data:text/html,secret', visibility: undefined, network: 'mixed' },
    type: 'unknown',
  },
  {
    page: { url: 'http://example.com/b', visibility: undefined, network: undefined },
    path: '/b',
  },
])('describes the page $page.url of a close', async ({ page, path, type }) => {
  const { spans } = await recordCloses([{ page }]);
  const attributes = spans[0]?.attributes;
  expect(attributes?.['websocket.page.path']).toBe(path);
  expect(attributes?.['websocket.page.visibility']).toBe(page.visibility);
  expect(attributes?.['network.connection.type']).toBe(type);
});
