import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

/** The other ends that `start-peer.ts` starts, bare: a server that keeps quiet, and on a message with a port as many clients. */
const count = Number(process.argv[2]);
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
server.on('listening', () => process.send?.(server.address()));
process.on('message', async (port: number) => {
  const sockets = Array.from({ length: count }, () => new WebSocket(`ws://127.0.0.1:${port}/chat`));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  process.send?.('open');
});
process.on('disconnect', () => process.exit());
