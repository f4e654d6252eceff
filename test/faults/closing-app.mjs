// Closes connections as its standard input says: `close` opens 100 and closes them, `flush` flushes, `shutdown` shuts down, and at the end of the input nothing is left to do. Started by faults.test.ts.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { instrumentWebSockets } from '@closespan/node';
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
await once(server, 'listening');

async function connectAndClose(path) {
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}${path}`);
  await once(client, 'open');
  client.close(4000);
  await once(client, 'close');
}

const COMMANDS = {
  async close() {
    await Promise.all(Array.from({ length: 100 }, (_, index) => connectAndClose(`/${index}`)));
    await Promise.all([...server.clients].map((peer) => once(peer, 'close')));
  },
  flush: () => instrumentWebSockets().forceFlush(),
};

// As the README shows.
process.env.HANDLES_SIGNAL &&
  process.once('SIGTERM', async () => {
    server.close();
    await instrumentWebSockets().shutdown();
    process.exit(0);
  });

for await (const command of createInterface({ input: process.stdin })) {
  await COMMANDS[command]?.();
  console.log(command);
}
server.close();
