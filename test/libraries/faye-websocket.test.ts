import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import type { WebSocketHandle, WebSocketLike } from '@closespan/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordLibrary } from '../helpers/record-library.ts';
import { connectAndClose } from '../helpers/start-ws-server.ts';

const require = createRequire(import.meta.url);
/** It comes without types. Its events have a code and a reason, and no `wasClean`. */
const FayeWebSocket: new (
  request: object,
  socket: object,
  head: Buffer,
) => WebSocketLike & {
  close(code?: number): void;
} = require('faye-websocket');

let server: Server;
let url: string;
beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

/** Accepts the next connection, hands it in, and resolves at its end. */
async function acceptAndObserve(handle: WebSocketHandle): Promise<void> {
  const [request, socket, head] = (await once(server, 'upgrade')) as [{ url: string }, Socket, Buffer];
  const peer = new FayeWebSocket(request, socket, head);
  handle.observe(peer, { kind: 'server', url: `${url}${request.url}` });
  if (request.url === '/server') peer.addEventListener('open', () => peer.close(4001));
  if (request.url === '/drop') peer.addEventListener('open', () => socket.destroy());
  await new Promise((resolve) => peer.addEventListener('close', resolve));
}

it.each([
  ['/client', 'server 1000 clean unknown unknown'],
  ['/server', 'server 4001 clean unknown unknown'],
  ['/drop', 'server 1006 unclean unknown connection_lost error=connection_lost'],
])('a socket of faye-websocket that is handed in: %s', async (path, expected) => {
  const lines = await recordLibrary(2, async (handle) => {
    const end = acceptAndObserve(handle);
    await connectAndClose(`${url}${path}`, path === '/client' ? (socket) => socket.close(1000) : () => {});
    await end;
  });
  expect(lines.filter((line) => line.includes(' server '))).toEqual([`${path} ${expected}`]);
});
