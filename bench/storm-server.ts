import { once } from 'node:events';
import { WebSocketServer } from 'ws';

/** A server of `storm.ts` that knows nothing of us: at SIGTERM it closes all with 1012, and ends as the argument says. */
const [way] = process.argv.slice(2);
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
server.on('listening', () => process.send?.(server.address()));
process.once('SIGTERM', async () => {
  const closed = [...server.clients].map((socket) => once(socket, 'close'));
  for (const socket of server.clients) socket.close(1012);
  await Promise.all(closed);
  if (way === 'signal') process.kill(process.pid, 'SIGTERM');
  server.close();
  process.disconnect();
});
