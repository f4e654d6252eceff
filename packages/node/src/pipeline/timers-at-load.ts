import type { QueuePause, StartPause } from '@closespan/core/platform';
import { pauseBySocket, turnByPort } from './unfaked-timers.ts';

// Taken when this module is loaded: an app's tests that fake timers later must not stop the telemetry.
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;
const startTurn = globalThis.setImmediate;

/** Whether timers seem to be the runtime's own. Timers that somebody faked before, for tests, may never fire. */
const areReal = isReal(startTimer, 'setTimeout') && isReal(startTurn, 'setImmediate');

/** Resolves in a later turn of the event loop. */
export const nextTurn = areReal ? () => new Promise<void>((resolve) => void startTurn(resolve)) : turnByPort;

/** Starts a pause; unless told otherwise it does not keep the process alive, so that a collector that hangs does not either. */
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

/** Says whether a function is no fake: fakes have other names, or the marks of the libraries that make them. */
function isReal(timer: object & { readonly name?: string }, name: string): boolean {
  return timer.name === name && !('clock' in timer) && !('_isMockFunction' in timer);
}
