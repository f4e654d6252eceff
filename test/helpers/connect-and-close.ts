import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

/** Opens a connection of `ws` to a server of `ws`, closes the connection, and waits for both ends. */
export async function connectAndClose(path: string, code: number): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(socket, 'open')]);
  const ends = Promise.all([once(accepted, 'close'), once(socket, 'close')]);
  socket.close(code);
  await ends;
  server.close();
}
