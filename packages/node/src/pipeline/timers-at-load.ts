import type { StartPause } from '@closespan/core/platform';

// Taken when this module is loaded: an app's tests that fake timers later must not stop the telemetry.
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;
const startTurn = globalThis.setImmediate;

/** Returns a promise that resolves in a later turn of the event loop. */
export const nextTurn = () => new Promise<void>((resolve) => void startTurn(resolve));

/**
 * Starts a pause whose timer does not keep the process alive. So a collector that does not respond cannot keep the
 * process alive.
 */
export const startPause: StartPause = (millis) => {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    // In Deno a timer is a number, without `unref`.
    const timer: { unref?(): void } = startTimer(resolve, millis);
    timer.unref?.();
    end = () => {
      stopTimer(timer as never);
      resolve();
    };
  });
  return { over, end };
};
