import { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { explainClose } from '@closespan/core/explain';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';

const libraries = createRequire(new URL('../libraries/package.json', import.meta.url));
const { w3cwebsocket } = libraries('websocket');
const { Client: FayeClient } = libraries('faye-websocket');
const { WebSocket: UndiciWebSocket } = createRequire(import.meta.url)('undici7');
/** Milliseconds by which a name look-up, or a response, is late. */
const LATE = 1200;

const records: CloseRecord[] = [];
let handle: NodeWebSocketHandle;
let server: Server;
let address: string;
beforeAll(async () => {
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  const accepting = new WebSocketServer({ noServer: true });
  server = createServer().on('upgrade', (request, socket, head) => {
    const accept = () => accepting.handleUpgrade(request, socket, head, () => {});
    if (request.url?.startsWith('/refused')) setTimeout(() => socket.end('HTTP/1.1 503 Full\r\n\r\n'), LATE);
    else setTimeout(accept, request.url?.startsWith('/late') ? LATE : 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await handle.shutdown();
  server.close();
});

const lateLookup = (host: string, options: object, done: (...args: never[]) => void) =>
  setTimeout(lookup, LATE, host, { ...options, family: 4 }, done);

/** Opens a socket and closes it, or waits until it has failed. */
async function run(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.onopen = () => socket.close();
    socket.onerror = () => {};
    socket.onclose = () => resolve();
  });
}

/** Returns the phases of the client's handshake with a path that took a second or more. */
function slowPhasesOf(path: string): string[] {
  const record = records.find(({ kind, endpoint }) => kind === 'client' && endpoint?.path === path);
  return Object.entries(record?.furtherAttributes ?? {}).flatMap(([name, value]) => {
    const phase = /^websocket\.handshake\.(\w+)\.duration$/.exec(name)?.[1];
    return phase && Number(value) >= 1 ? [phase] : [];
  });
}

it('the record of a slow handshake says in which phase the time went', async () => {
  const url = (path: string) => `ws://${address}/${path}`;
  const withLookup = { lookup: lateLookup };
  await Promise.all([
    run(new WsWebSocket(url('name-ws'), withLookup as object) as never),
    run(new w3cwebsocket(url('name-websocket'), undefined, undefined, undefined, withLookup)),
    run(new WsWebSocket(url('late-ws')) as never),
    run(new w3cwebsocket(url('late-websocket'))),
    run(new FayeClient(url('late-faye'))),
    run(new UndiciWebSocket(url('late-undici'))),
    run(new WsWebSocket(url('refused-ws')) as never),
    run(new WsWebSocket(url('fast-ws')) as never),
  ]);
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBeGreaterThanOrEqual(15);
  for (const path of ['/name-ws', '/name-websocket']) expect(slowPhasesOf(path)).toEqual(['dns']);
  for (const path of ['/late-ws', '/late-websocket', '/late-faye', '/late-undici', '/refused-ws'])
    expect(slowPhasesOf(path)).toEqual(['response']);
  expect(slowPhasesOf('/fast-ws')).toEqual([]);
  const { evidence } = explainClose(
    records.find(({ kind, endpoint }) => kind === 'client' && endpoint?.path === '/name-ws') as CloseRecord,
  );
  expect(evidence.join('; ')).toMatch(/handshake of 1\.\d s; 1\.\d s of it for the name look-up/);
});

it('no timer of ours runs on the clock of a test that fakes timers', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
  try {
    const socket = new WsWebSocket(`ws://${address}/faked`);
    socket.on('error', () => {}).terminate();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
