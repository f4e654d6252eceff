import { WebSocket } from 'ws';
import type { Ending } from './endings.ts';

/** Milliseconds that a connection lives before the client ends it. */
const LIFETIME = 60;

/**
 * Opens a real connection and ends it in one way.
 * @returns milliseconds from open to close, by the app's own clock; 0 when it never opened
 */
export function runEnding({ close, abort, send, mute }: Ending, url: string): Promise<number> {
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
