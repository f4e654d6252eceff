import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { WebSocket, WebSocketServer } from 'ws';
import { ratioOf, report, SMOKE } from './figure.ts';

// The cost of a message: an echo over real sockets, bare and instrumented.

const MESSAGES = SMOKE ? 1000 : 20_000;
const ROUNDS = SMOKE ? 2 : 30;

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (peer) => peer.on('message', (data) => peer.send(data)));
await once(server, 'listening');
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

await echo();
for (const { title, messages, target } of [
  { title: 'message echo, CPU a message, against bare', messages: false, target: 1.02 },
  { title: 'the same with messages: true', messages: true, target: 1.05 },
]) {
  report({
    title,
    value: await ratioOf(ROUNDS, echo, async () => {
      const handle = instrumentWebSockets({ otlp: false, closeHook() {}, messages });
      const cost = await echo();
      await handle.shutdown();
      return cost;
    }),
    unit: '×',
    target,
  });
}
server.close();

/** CPU microseconds of the messages, both ends. */
async function echo(): Promise<number> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const before = process.cpuUsage();
  await new Promise<void>((resolve) => {
    let received = 0;
    socket.on('message', () => {
      if (++received === MESSAGES) resolve();
      else socket.send('hello');
    });
    for (let i = 0; i < 8; i++) socket.send('hello');
  });
  const { user, system } = process.cpuUsage(before);
  socket.close();
  await once(socket, 'close');
  return user + system;
}
