import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import websocket from 'websocket';
import { WebSocketServer } from 'ws';
import { CLIENTS } from '../helpers/web-socket-clients.ts';

let http: Server;
let server: WebSocketServer;
let url: string;
let handle: NodeWebSocketHandle;
let hooked: { kind: string; cause: string; socket: object | undefined }[];
beforeEach(async () => {
  hooked = [];
  handle = instrumentWebSockets({
    otlp: false,
    closeHook: ({ kind, cause }, _span, socket) => hooked.push({ kind, cause, socket }),
  });
  http = createServer();
  server = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  for (const peer of server.clients) peer.terminate();
  http.close();
  http.closeAllConnections();
  await once(http, 'close');
  await handle.shutdown();
});

const socketOf = (kind: string) => hooked.find((one) => one.kind === kind)?.socket;

/** Resolves after all listeners for an event, and when the records that were made so far have reached the hook. */
async function after(socket: globalThis.WebSocket, type: string): Promise<void> {
  await new Promise((resolve) => {
    socket.addEventListener(type, () => setImmediate(resolve));
  });
  await handle.forceFlush();
}

describe.each(CLIENTS)('closeHook gets the socket that the app has, of %s', (_name, Client) => {
  it('at a close', async () => {
    let peer: object | undefined;
    server.on('connection', (accepted) => {
      peer = accepted;
      accepted.on('message', () => accepted.close(4001));
    });
    const socket = new Client(url);
    socket.addEventListener('open', () => socket.send('close'));
    await after(socket, 'close');
    await expect.poll(() => handle.forceFlush().then(() => hooked.length)).toBe(2);
    expect(socketOf('client') === socket).toBe(true);
    expect(socketOf('server') === peer).toBe(true);
  });

  it('at the end of the process', async () => {
    let peer: object | undefined;
    server.on('connection', (accepted) => {
      peer = accepted;
    });
    const socket = new Client(url);
    await after(socket, 'open');
    await handle.shutdown();
    expect(hooked.map(({ cause }) => cause)).toEqual(['process_exit', 'process_exit']);
    expect(socketOf('client') === socket).toBe(true);
    expect(socketOf('server') === peer).toBe(true);
    const closed = [socket, peer as unknown as globalThis.WebSocket].map((end) => after(end, 'close'));
    socket.close();
    await Promise.all(closed);
  });
});

it.each(CLIENTS.filter(([name]) => name !== 'undici 6'))(
  'closeHook gets the socket of a failed handshake, of %s',
  async (_name, Client) => {
    server.close();
    http.removeAllListeners('upgrade');
    http.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    const socket = new Client(url);
    socket.addEventListener('error', () => {});
    await after(socket, 'close');
    expect(hooked.map((one) => `${one.kind} ${one.cause} ${one.socket === socket}`)).toEqual([
      'client handshake_rejected true',
    ]);
  },
);

describe('closeHook gets, of websocket,', () => {
  it('the connection', async () => {
    server.close();
    http.removeAllListeners('upgrade');
    const packageServer = new websocket.server({ httpServer: http });
    let accepted: websocket.connection | undefined;
    packageServer.on('request', (request) => {
      accepted = request.accept();
      setImmediate(() => accepted?.close(4001));
    });
    const client = new websocket.client();
    client.connect(url);
    const [connection] = (await once(client, 'connect')) as [websocket.connection];
    await expect.poll(() => handle.forceFlush().then(() => hooked.length)).toBe(2);
    expect(socketOf('client')).toBe(connection);
    expect(socketOf('server')).toBe(accepted);
  });

  it('the client of a failed handshake', async () => {
    server.close();
    http.removeAllListeners('upgrade');
    http.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    const client = new websocket.client();
    client.connect(url);
    await once(client, 'connectFailed');
    await handle.forceFlush();
    expect(socketOf('client')).toBe(client);
  });
});
