import type { StartPause } from '@closespan/core/platform';

/** As they were at load: an app's tests that fake its timers do not stop us. */
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;
const startTurn = globalThis.setImmediate;

/** Waits for another turn of the event loop. */
export const nextTurn = () => new Promise<void>((resolve) => void startTurn(resolve));

/** Starts a pause that keeps no process alive: a collector that hangs must not do so, flush by flush. */
export const startPause: StartPause = (millis) => {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    // A number in Deno.
    const timer: { unref?(): void } = startTimer(resolve, millis);
    timer.unref?.();
    end = () => {
      stopTimer(timer as never);
      resolve();
    };
  });
  return { over, end };
};
