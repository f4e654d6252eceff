import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import type { WebSocketHandle } from '@closespan/node';
import crossws from 'crossws/adapters/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { recordLibrary } from '../helpers/record-library.ts';

const require = createRequire(import.meta.url);

/** Members of `faye-websocket` that the test uses. The package comes without types. */
interface Faye {
  on(event: string, listener: (event: { code: number; data: string }) => void): void;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}
const FayeServer: new (...upgrade: unknown[]) => Faye = require('faye-websocket');
const { Client: FayeClient } = require('faye-websocket') as { Client: new (url: string) => Faye };
const driver: {
  http(request: object): {
    readonly io: NodeJS.ReadWriteStream;
    readonly messages: { on(event: 'data', listener: (data: string) => void): void };
    start(): void;
    close(reason?: string, code?: number): void;
    on(event: string, listener: () => void): void;
  };
} = require('websocket-driver');
const Pusher: new (
  key: string,
  options: object,
) => { connection: { bind(event: string, listener: () => void): void }; disconnect(): void } =
  require('pusher-js');

let server: Server;
let url: string;
beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const closed = (socket: Faye) => new Promise<void>((resolve) => socket.on('close', () => resolve()));

it('both ends of faye-websocket, whose client writes its own request', async () => {
  const peers: Promise<void>[] = [];
  server.on('upgrade', (request, socket, head) => {
    const peer = new FayeServer(request, socket, head);
    peers.push(closed(peer));
    peer.on('message', ({ data }) => peer.send(data));
  });
  const lines = await recordLibrary(2, async () => {
    const client = new FayeClient(`${url}/faye?token=secret`);
    client.on('open', () => client.send('hello'));
    client.on('message', () => client.close(4001, 'bye'));
    await closed(client);
    await Promise.all(peers);
  });
  expect(lines).toEqual([
    '/faye client 4001 clean local local_close reason=bye',
    '/faye server 4001 clean remote remote_close reason=bye',
  ]);
});

it.each([
  ['/refuse', 'client 1006 unclean none handshake_rejected status=503 error=503'],
  ['/hang-up', 'client 1006 unclean none handshake_failed error=handshake_failed'],
])('a client of faye-websocket that does not get in: %s', async (path, end) => {
  server.on('upgrade', (_request, socket) => {
    if (path === '/refuse') socket.end('HTTP/1.1 503 No\r\nServer: test\r\nContent-Length: 0\r\n\r\n');
    else socket.end();
  });
  const lines = await recordLibrary(1, async () => {
    const client = new FayeClient(url + path);
    client.on('error', () => {});
    await closed(client);
  });
  expect(lines).toEqual([`${path} ${end}`]);
});

it('pusher-js, which has faye-websocket in one file', async () => {
  const paths: string[] = [];
  server.on('upgrade', (request, socket, head) => {
    paths.push(String(request.url));
    const peer = new FayeServer(request, socket, head);
    peer.send(
      JSON.stringify({
        event: 'pusher:connection_established',
        data: JSON.stringify({ socket_id: '1.1', activity_timeout: 120 }),
      }),
    );
  });
  const { port } = server.address() as AddressInfo;
  const lines = await recordLibrary(2, async () => {
    const pusher = new Pusher('key', {
      cluster: '',
      wsHost: '127.0.0.1',
      wsPort: port,
      forceTLS: false,
      enabledTransports: ['ws'],
      enableStats: false,
    });
    await new Promise<void>((resolve) => pusher.connection.bind('connected', resolve));
    pusher.disconnect();
  });
  expect(lines).toEqual([
    '/app/key client 1000 clean local local_close',
    '/app/key server 1000 clean remote remote_close',
  ]);
});

it('a server on websocket-driver, through which the socket is piped', async () => {
  server.on('upgrade', (request, socket: Socket, head) => {
    const one = driver.http(request);
    one.io.write(head);
    socket.pipe(one.io).pipe(socket);
    one.on('close', () => socket.end());
    one.messages.on('data', () => one.close('enough', 4002));
    one.start();
  });
  const lines = await recordLibrary(2, async () => {
    const client = new WebSocket(`${url}/driver`);
    await once(client, 'open');
    client.send('hello');
    await once(client, 'close');
  });
  expect(lines).toEqual([
    '/driver client 4002 clean remote remote_close reason=enough',
    '/driver server 4002 clean local local_close reason=enough',
  ]);
});

it('crossws, which ships a copy of ws', async () => {
  const { handleUpgrade } = crossws({ hooks: { message: (peer) => peer.close(4003, 'full') } });
  server.on('upgrade', (request, socket, head) => void handleUpgrade(request, socket, head));
  const lines = await recordLibrary(2, async () => {
    const client = new WebSocket(`${url}/crossws`);
    await once(client, 'open');
    client.send('hello');
    await once(client, 'close');
  });
  expect(lines).toEqual([
    '/crossws client 4003 clean remote remote_close reason=full',
    '/crossws server 4003 clean local local_close reason=full',
  ]);
});

it('a client of faye-websocket that is handed in while it connects has one record', async () => {
  server.on('upgrade', (request, socket, head) => new FayeServer(request, socket, head).close(4004));
  const lines = await recordLibrary(2, async (handle: WebSocketHandle) => {
    const client = new FayeClient(`${url}/handed`);
    handle.observe(client as never);
    await closed(client);
  });
  expect(lines.filter((line) => line.includes(' client '))).toHaveLength(1);
});
