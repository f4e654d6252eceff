import { guard, type QueuePause, type StartPause } from '@closespan/core/platform';
import { pauseBySocket, turnByPort } from './unfaked-timers.ts';

// Taken when this module is loaded: an app's tests that fake timers later must not stop the telemetry.
export const startTimer: typeof globalThis.setTimeout = globalThis.setTimeout;
export const stopTimer: typeof globalThis.clearTimeout = globalThis.clearTimeout;
const startTurn = globalThis.setImmediate;

/** Whether the timers are the runtime's. A timer that a test replaced with a fake may never fire. */
const areReal = isReal(startTimer, 'setTimeout') && isReal(startTurn, 'setImmediate');

/** Resolves in a later turn of the event loop. */
export const nextTurn = areReal ? () => new Promise<void>((resolve) => void startTurn(resolve)) : turnByPort;

/**
 * Runs a function in a later turn of the event loop, and keeps the process alive no longer than this turn. A fake that a
 * test has installed since delays nothing. An error of the function is logged with `diag.error`.
 * @param what name of the function in the log
 */
export function inNextTurn(what: string, run: () => void): void {
  void nextTurn().then(() => guard(what, run));
}

/** Starts a pause. The pause keeps the process alive only if its second argument is `true`. */
export const startPause: StartPause = areReal ? pauseByTimer : pauseBySocket;

function pauseByTimer(millis: number, keepsAlive = false): QueuePause {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    // In Deno a timer is a number, without `unref`.
    const timer: { unref?(): void } = startTimer(resolve, millis);
    if (!keepsAlive) timer.unref?.();
    end = () => {
      stopTimer(timer as never);
      resolve();
    };
  });
  return { over, end };
}

/** Returns whether a timer function is the runtime's. A fake has another name, or the mark of the library that made it. */
function isReal(timer: object & { readonly name?: string }, name: string): boolean {
  return timer.name === name && !('clock' in timer) && !('_isMockFunction' in timer);
}
