import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { hiddenWs, type WsCopy } from '../test/helpers/bundle-ws.ts';
import { ratioOf, report, SMOKE } from './figure.ts';

// The cost of a message: an echo over real sockets, bare and instrumented.

const MESSAGES = SMOKE ? 1000 : 20_000;
const ROUNDS = SMOKE ? 2 : 30;
const KNOWN: WsCopy = createRequire(import.meta.url)('ws');

for (const { title, copy, messages, target } of [
  { title: 'message echo, CPU a message, against bare', copy: KNOWN, messages: false, target: 1.02 },
  { title: 'the same with messages: true', copy: KNOWN, messages: true, target: 1.05 },
  {
    title: 'the same of a ws that is only seen on the wire',
    copy: await hiddenWs('ws'),
    messages: false,
    target: 1.05,
  },
]) {
  const server = new copy.Server({ port: 0, host: '127.0.0.1' });
  server.on('connection', (peer) => peer.on('message', (data: Buffer) => peer.send(data)));
  await once(server, 'listening');
  const bare = () => echo(copy, server);
  await bare();
  report({
    title,
    value: await ratioOf(ROUNDS, bare, async () => {
      const handle = instrumentWebSockets({ otlp: false, closeHook() {}, messages });
      const cost = await echo(copy, server);
      await handle.shutdown();
      return cost;
    }),
    unit: '×',
    target,
  });
  server.close();
}

/** CPU microseconds of the messages, both ends. */
async function echo(copy: WsCopy, server: { address(): unknown }): Promise<number> {
  const socket = new copy(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
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
