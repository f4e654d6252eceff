import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  actionCable,
  graphqlWs,
  hocuspocus,
  phoenix as phoenixPreset,
  socketIo,
} from '@closespan/core/presets';
import { instrumentWebSockets } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { Hocuspocus } from '@hocuspocus/server';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import * as phoenix from 'phoenix';
import { Server as IoServer } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

let receiver: OtlpReceiver;
let handle: ReturnType<typeof instrumentWebSockets>;
const closing: (() => void)[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    presets: [graphqlWs, socketIo, actionCable, phoenixPreset, hocuspocus],
  });
});
afterEach(async () => {
  await handle.shutdown();
  for (const close of closing.splice(0)) close();
  await receiver.close();
});

/** The kind of each end, and the name that its record has for the close code. */
async function namesOf(count: number): Promise<string[]> {
  await vi.waitUntil(() => handle.forceFlush().then(() => receiver.spans.length >= count));
  const name = 'websocket.close.name';
  return receiver.spans
    .map(({ kind, attributes }) => `${kind === 2 ? 'server' : 'client'} ${attributes[name]}`)
    .sort();
}

async function listen(options: { handleProtocols?: () => string } = {}) {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new WebSocketServer({ server: http, ...options });
  closing.push(() => http.close());
  return { server, host: `127.0.0.1:${(http.address() as AddressInfo).port}` };
}

it('names 4403 of graphql-ws, which refuses a client', async () => {
  const { server, host } = await listen();
  useServer({ schema: {} as never, onConnect: () => false }, server);
  const client = createClient({
    url: `ws://${host}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
  });
  await new Promise((resolve) => client.on('closed', resolve));
  expect(await namesOf(2)).toEqual(['client Forbidden', 'server Forbidden']);
});

it('names the close without a code of Socket.IO', async () => {
  const server = new IoServer(0);
  await once(server.httpServer, 'listening');
  const host = `localhost:${(server.httpServer.address() as AddressInfo).port}`;
  const connected = new Promise<{ disconnect(close: boolean): void }>((resolve) => {
    server.on('connection', resolve);
  });
  const client = io(`http://${host}`, { transports: ['websocket'], reconnection: false });
  const peer = await connected;
  if (!client.connected) await new Promise<void>((resolve) => client.on('connect', resolve));
  peer.disconnect(true);
  expect(await namesOf(2)).toEqual(['client Engine.IO close', 'server Engine.IO close']);
  await server.close();
});

it('names the close of a connection that speaks Action Cable', async () => {
  const { server, host } = await listen({ handleProtocols: () => 'actioncable-v1-json' });
  server.on('connection', (socket) => socket.close(1000));
  const client = new WebSocket(`ws://${host}/any/path`, ['actioncable-v1-json', 'actioncable-unsupported']);
  await once(client, 'close');
  expect(await namesOf(2)).toEqual(['client Action Cable disconnect', 'server Action Cable disconnect']);
});

it('names the close of a Phoenix client', async () => {
  const { server, host } = await listen();
  const socket = new phoenix.Socket(`ws://${host}/socket`, { transport: WebSocket });
  const opened = once(server, 'connection');
  socket.connect();
  await opened;
  await new Promise<void>((resolve) => (socket.isConnected() ? resolve() : socket.onOpen(resolve)));
  socket.disconnect();
  expect(await namesOf(2)).toEqual(['client Phoenix disconnect', 'server Phoenix disconnect']);
});

it('names 4401 of Hocuspocus, which refuses a client whose first message is no token', async () => {
  const { server, host } = await listen();
  const documents = new Hocuspocus({ quiet: true });
  server.on('connection', (socket, request) => {
    const connection = documents.handleConnection(socket as never, request as never);
    socket.on('message', (data) => connection?.handleMessage?.(data as never));
  });
  const client = new WebSocket(`ws://${host}/collaboration`);
  await once(client, 'open');
  client.send(Buffer.from([200, 1]));
  await once(client, 'close');
  expect(await namesOf(2)).toEqual(['client Unauthorized', 'server Unauthorized']);
});
