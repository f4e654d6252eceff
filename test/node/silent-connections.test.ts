import { once } from 'node:events';
import { createRequire } from 'node:module';
import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { WebSocket as UndiciWebSocket } from 'undici7';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const { w3cwebsocket }: { readonly w3cwebsocket: Client } = createRequire(
  new URL('../libraries/package.json', import.meta.url),
)('websocket');

type Client = new (url: string) => object;

let server: WsServer;
let receiver: OtlpReceiver;
let handle: WebSocketHandle | undefined;
let peers: WebSocket[];
let sockets: globalThis.WebSocket[];

beforeEach(async () => {
  peers = [];
  sockets = [];
  [server, receiver] = await Promise.all([startWsServer((peer) => peers.push(peer)), startOtlpReceiver()]);
});
afterEach(async () => {
  for (const peer of peers) peer.terminate();
  await server.idle();
  await handle?.shutdown();
  handle = undefined;
  await Promise.all([server.close(), receiver.close()]);
});

function start(options: NodeWebSocketOptions = {}): WebSocketHandle {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
  return handle;
}

async function open(Class: Client = WebSocket): Promise<globalThis.WebSocket> {
  const socket = new Class(server.url) as globalThis.WebSocket;
  sockets.push(socket);
  socket.addEventListener('error', () => {});
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return socket;
}

/** The last number of silent connections of each series: end, reason and number. */
async function silent(): Promise<string[]> {
  await handle?.forceFlush();
  const last = new Map<string, string>();
  for (const { name, attributes, value } of receiver.points) {
    const [, kind] = /^websocket\.(client|server)\.connection\.silent$/.exec(name) ?? [];
    const { reason = 'none' } = attributes;
    if (kind) last.set(`${kind} ${reason}`, `${kind} ${reason} ${value}`);
  }
  return [...last.values()].sort();
}

it.each([
  { library: 'ws', Class: WebSocket },
  { library: 'undici', Class: UndiciWebSocket },
  { library: 'the global', Class: globalThis.WebSocket },
  { library: 'websocket', Class: w3cwebsocket },
])('of $library are counted once nothing has come for the time of silenceThreshold', async ({ Class }) => {
  start({ silenceThreshold: 300 });
  await open(Class);
  await expect.poll(silent, { timeout: 20_000 }).toEqual(['client none 1', 'server none 1']);
  // The peer gives signs of life.
  await expect
    .poll(
      () => {
        peers[0]?.send('here');
        return silent();
      },
      { timeout: 20_000 },
    )
    .toContain('client none 0');
});

it('are none before two minutes by default', async () => {
  start();
  await open();
  expect(await silent()).toEqual([]);
});

it('are none while messages come', async () => {
  start({ silenceThreshold: 5000 });
  await open();
  expect(await silent()).toEqual([]);
});

it('have a reason if the peer owes a pong', async () => {
  start({ silenceThreshold: 300 });
  const socket = (await open()) as unknown as WebSocket;
  // The client reads nothing more, so it sends no pong.
  (socket as unknown as { _socket: { pause(): void } })._socket.pause();
  peers[0]?.ping();
  await expect.poll(silent, { timeout: 20_000 }).toContain('server ping 1');
  socket.terminate();
  await once(peers[0] as WebSocket, 'close');
  expect(await silent()).toContain('server ping 0');
});

it('may have another threshold by the environment', async () => {
  const { optionsFromEnvironment } = await import('../../packages/node/src/environment.ts');
  expect(optionsFromEnvironment({ CLOSESPAN_SILENCE_THRESHOLD: '60000' })).toEqual({
    silenceThreshold: 60_000,
  });
});

it('need a threshold of milliseconds', () => {
  expect(() => instrumentWebSockets({ silenceThreshold: -1 })).toThrow(
    'Expected `silenceThreshold` to be milliseconds from 0 to 2147483647, got `-1` (number)',
  );
});
