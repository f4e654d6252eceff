import { once } from 'node:events';
import type { Socket } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { expect, it } from 'vitest';
import { bothClosed, startHiddenApp, streamOf } from './apps.ts';

/** What code of the app can see of a stream. */
function lookAt(socket: Socket) {
  const events = ['data', 'readable', 'end', 'close', 'error', 'drain', 'finish', 'pipe', 'newListener'];
  return {
    readableFlowing: socket.readableFlowing,
    isPaused: socket.isPaused(),
    listeners: events.map((name) => `${name} ${socket.listenerCount(name)}`),
    keys: Object.keys(socket),
    parameters: ['push', 'write', 'end', 'on', 'pipe', 'read', 'resume'].map(
      (name) => `${name} ${socket[name as 'write'].length}`,
    ),
  };
}

/** Runs an app whose messages exceed what waits on the way; returns all that it saw, in order. */
async function run(options: { isSecure?: boolean }): Promise<unknown[]> {
  const log: unknown[] = [];
  const app = await startHiddenApp({ ...options });
  app.http.prependListener('upgrade', (_request, socket) => log.push(lookAt(socket as Socket)));
  const { client, peer } = await app.connect('/room', { perMessageDeflate: false });
  for (const socket of [client, peer]) log.push(lookAt(streamOf(socket)));
  const sizes = [0, 1, 125, 126, 65_535, 65_536, 300_000, 3_000_000];
  const sent = (size: number) => Buffer.alloc(size, size);
  peer.on('message', (data: Buffer) => peer.send(data));
  peer.on('ping', () => log.push('ping'));
  client.on('pong', () => log.push('pong'));
  const received: number[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (data: Buffer) => {
      expect(data.equals(sent(data.length))).toBe(true);
      if (received.push(data.length) === sizes.length) resolve();
    });
  });
  // The peer reads nothing for a while, so that the client has to wait.
  streamOf(peer).pause();
  for (const size of sizes) client.send(sent(size));
  client.ping('are you there');
  await new Promise((resolve) => setImmediate(resolve));
  log.push(['needs drain', streamOf(client).writableNeedDrain], lookAt(streamOf(peer)).isPaused);
  streamOf(peer).resume();
  await all;
  log.push(received, streamOf(client).writableLength, lookAt(streamOf(client)), lookAt(streamOf(peer)));
  const ends = [client, peer].map((socket) =>
    once(socket, 'close').then(([code, reason]) => log.push(`${code} ${reason}`)),
  );
  client.close(4001, 'bye');
  await Promise.all([bothClosed(client, peer), ...ends]);
  await app.close();
  return log;
}

it.each([{ isSecure: false }, { isSecure: true }])(
  'an app sees the same with and without us: %o',
  async (options) => {
    const bare = await run(options);
    let count = 0;
    const handle = instrumentWebSockets({ otlp: false, closeHook: () => count++ });
    const observed = await run(options);
    await handle.shutdown();
    expect(observed).toEqual(bare);
    expect(count).toBe(2);
  },
);
