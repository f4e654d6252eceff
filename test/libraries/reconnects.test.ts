import { once } from 'node:events';
import { instrumentWebSockets } from '@closespan/node';
import { startOtlpReceiver } from '@closespan/testing';
import { WebSocket as PartySocket } from 'partysocket';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import websocket from 'websocket';
import { WebSocket as WsWebSocket } from 'ws';
import { startRestartingServer } from '../helpers/restarting-server.ts';

interface Reconnecting {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  close(): void;
}

const OPTIONS = { minReconnectionDelay: 1, maxReconnectionDelay: 1, minUptime: 0 };

/** Connects again at each close, as apps do by hand over the package `websocket`. */
function connectByHand(url: string): Reconnecting {
  const listeners = { open: () => {}, error: () => {} };
  let isDone = false;
  let close = () => {};
  function connect(): void {
    const socket = new websocket.w3cwebsocket(url);
    socket.onopen = () => listeners.open();
    socket.onerror = () => listeners.error();
    socket.onclose = () => !isDone && setTimeout(connect, 1);
    close = () => socket.close();
  }
  connect();
  return {
    addEventListener(type, listener) {
      listeners[type] = listener;
    },
    close() {
      isDone = true;
      close();
    },
  };
}

const clients: [string, (url: string) => Reconnecting][] = [
  ['partysocket', (url) => new PartySocket(url, [], OPTIONS)],
  ['reconnecting-websocket', (url) => new ReconnectingWebSocket(url, [], OPTIONS)],
  [
    'reconnecting-websocket over ws',
    (url) => new ReconnectingWebSocket(url, [], { ...OPTIONS, WebSocket: WsWebSocket }),
  ],
  ['websocket, by hand', connectByHand],
];

it.each(clients)('makes one span of an outage of %s', async (_name, connect) => {
  const receiver = await startOtlpReceiver();
  const server = await startRestartingServer();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const socket = connect(`${server.url}/room?token=secret`);
  const next = (type: 'open' | 'error') =>
    new Promise<void>((resolve) => socket.addEventListener(type, resolve));
  await next('open');
  const failed = next('error');
  await server.stop();
  await failed;
  const opened = next('open');
  await server.start();
  await opened;
  await handle.forceFlush();
  const outages = receiver.spans.filter(({ name }) => name === 'websocket.reconnect');
  expect(outages).toHaveLength(1);
  expect(outages[0]).toMatchObject({
    statusCode: 1,
    attributes: { 'websocket.close.cause': 'connection_lost', 'url.path': '/room' },
  });
  socket.close();
  await server.close();
  await handle.shutdown();
  await receiver.close();
});

it('makes one span of an outage of socket.io-client, whose session is another one then', async () => {
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const first = new Server(0);
  await once(first.httpServer, 'listening');
  const { port } = first.httpServer.address() as { port: number };
  const client = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    reconnectionDelay: 1,
    reconnectionDelayMax: 1,
  });
  const next = (event: 'connect' | 'disconnect') =>
    new Promise<void>((resolve) => client.once(event, () => resolve()));
  await next('connect');
  const disconnected = next('disconnect');
  for (const { conn } of first.sockets.sockets.values()) {
    // As a crash of the server ends it.
    (conn.transport as unknown as { socket: WsWebSocket }).socket.terminate();
  }
  await disconnected;
  await next('connect');
  await handle.forceFlush();
  const outages = receiver.spans.filter(({ name }) => name === 'websocket.reconnect');
  expect(outages.map(({ attributes }) => attributes['url.path'])).toEqual(['/socket.io/']);
  client.close();
  await first.close();
  await handle.shutdown();
  await receiver.close();
});
