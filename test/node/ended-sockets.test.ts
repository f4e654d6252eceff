import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const libraries = createRequire(new URL('../libraries/package.json', import.meta.url));
const websocket = libraries('websocket');
const Faye = libraries('faye-websocket');

/** Servers of several libraries, each of which accepts every handshake on an HTTP server. */
const ACCEPT: Readonly<Record<string, (server: Server) => void>> = {
  ws: (server) => void new WebSocketServer({ server }),
  websocket: (server) => void new websocket.server({ httpServer: server, autoAcceptConnections: true }),
  'faye-websocket': (server) =>
    void server.on('upgrade', (request, socket, head) => new Faye(request, socket, head)),
};

const records: CloseRecord[] = [];
let handle: NodeWebSocketHandle;
let server: Server;
let tcp: Socket;
beforeEach(async () => {
  records.length = 0;
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  server = createServer().listen(0, '127.0.0.1');
  server.on('connection', (socket) => {
    tcp = socket;
  });
  await once(server, 'listening');
});
afterEach(async () => {
  await handle.shutdown();
  server.close();
});

async function open(): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  client.on('error', () => {});
  await once(client, 'open');
  return client;
}

/** Returns the records of both ends, the client's first. */
async function lines(): Promise<string[]> {
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(2);
  return records.map(closeLine).sort();
}

const LOST = '/ client 1006 unclean none connection_lost error=connection_lost';

it.each(Object.keys(ACCEPT))(
  '%s: who ends TCP without a Close frame has dropped the connection',
  async (name) => {
    ACCEPT[name]?.(server);
    await open();
    // As programs do that end the idle sockets of a server before a restart.
    tcp.end();
    expect(await lines()).toEqual([
      LOST,
      '/ server 1006 unclean local local_terminate error=local_terminate',
    ]);
  },
);

it.each(Object.keys(ACCEPT))('%s: who returns a FIN has dropped nothing', async (name) => {
  ACCEPT[name]?.(server);
  const client = await open();
  client.terminate();
  expect(await lines()).toEqual([
    '/ client 1006 unclean local local_terminate error=local_terminate',
    LOST.replace('client', 'server'),
  ]);
});
