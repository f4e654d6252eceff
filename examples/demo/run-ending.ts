import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Ending } from './endings.ts';

/** Milliseconds that a connection lives before the client ends it. */
const LIFETIME = 60;

/** Milliseconds between connections that end in the same way. */
const STAGGER = 400;

/**
 * Opens a real connection and ends it in one way, after others that end in the same way.
 * @returns milliseconds from open to close, by the app's own clock; 0 when it never opened
 */
export async function runEnding(ending: Ending, url: string): Promise<number> {
  const earlier: Promise<number>[] = [];
  for (let i = 0; i < (ending.earlier ?? 0); i++) {
    earlier.push(run(ending, `${url}/earlier`));
    await new Promise((resolve) => setTimeout(resolve, STAGGER));
  }
  const duration = await run(ending, url);
  await Promise.all(earlier);
  if (ending.again !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, ending.again));
    await connectAndClose(url);
  }
  return duration;
}

function connectAndClose(url: string): Promise<unknown> {
  const socket = new WebSocket(url);
  socket.on('open', () => socket.close(1000, 'done'));
  return once(socket, 'close');
}

function run({ close, abort, send, mute }: Ending, url: string): Promise<number> {
  const socket = new WebSocket(url);
  let openedAt: number | undefined;
  socket.on('error', () => {});
  socket.on('open', () => {
    openedAt = performance.now();
    if (close) setTimeout(() => socket.close(...close), LIFETIME);
    if (mute) {
      socket.pause();
      setTimeout(() => socket.resume(), mute);
    }
    if (send) socket.send('x'.repeat(send));
  });
  if (abort) socket.close();
  return new Promise((resolve) => {
    socket.on('close', () => resolve(openedAt === undefined ? 0 : performance.now() - openedAt));
  });
}
