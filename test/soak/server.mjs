// A server that is observed for a long time. It reports its memory, handles and listeners when the parent asks. Started by main.ts.
import { once } from 'node:events';
import { instrumentWebSockets } from '@closespan/node';
import { WebSocketServer } from 'ws';

/** What `--leak` plants, to show that the soak finds it. */
const leaked = [];
const LEAKS = process.argv.includes('--leak');

const handle = instrumentWebSockets();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
await once(server, 'listening');

let closes = 0;
/** Sockets that stay open; somebody could add listeners to them. */
const oldest = [];
server.on('connection', (socket) => {
  if (oldest.length < 10) oldest.push(socket);
  socket.on('close', () => {
    closes++;
    if (LEAKS) leaked.push(new Array(128).fill(closes));
  });
});

/** Number of all listeners of some emitters. */
const listenersOf = (...emitters) =>
  emitters
    .flatMap((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)))
    .reduce((sum, count) => sum + count, 0);

const handles = () => process.getActiveResourcesInfo().length;
const COMMANDS = {
  async sample() {
    // What waited while the collector was away is no leak.
    await handle.forceFlush({ timeout: 20_000 });
    // Twice, since finalizers free more.
    for (let i = 0; i < 2; i++) {
      globalThis.gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed + external, listeners: listenersOf(process, server, ...oldest) };
  },
  async stop() {
    // The clients are gone; their last closes come within some turns.
    while (server.clients.size > 0) await once([...server.clients][0], 'close');
    await handle.shutdown({ timeout: 60_000 });
    // The listener for `beforeExit` leaves some turns later.
    const left = () => listenersOf(process, server) - before.listeners;
    for (let turns = 0; turns < 1000 && left() > 0; turns++)
      await new Promise((resolve) => setImmediate(resolve));
    const [handlesLeft, listenersLeft] = [handles() - before.handles, left()];
    server.close();
    return { closes, handles: handlesLeft, listeners: listenersLeft };
  },
};
process.on('message', async (command) => {
  process.send(await COMMANDS[command]());
  if (command === 'stop') process.disconnect();
});
/** What the process has before its first connection. */
const before = { handles: handles(), listeners: listenersOf(process, server) };

process.send(server.address().port);
