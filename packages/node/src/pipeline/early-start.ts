import type { Recorder } from '@closespan/core/platform';
import { detached } from './detached.ts';
import { startPause } from './timers-at-load.ts';

/** Starts telemetry for connections that are open, although none has closed. */
export interface EarlyStart {
  /** Notes that a connection begins. Telemetry starts one second after the first connection. */
  noteConnection(): void;
  /** Starts telemetry at once if a connection has begun. */
  startNow(): void;
  stop(): void;
}

/**
 * Time from the first connection to the start of telemetry, in milliseconds. Meanwhile an app may register its own
 * providers, and a short process ends without loading the code of telemetry.
 */
const DELAY_MILLIS = 1000;

/** Makes an object that starts telemetry when the process has its first connection. */
export function createEarlyStart({ prepare }: Pick<Recorder, 'prepare'>): EarlyStart {
  let hasBegun = false;
  let isStopped = false;

  const startLater = detached(async () => {
    await startPause(DELAY_MILLIS).over;
    if (!isStopped) prepare();
  });

  return {
    noteConnection() {
      if (hasBegun) return;
      hasBegun = true;
      void startLater();
    },
    startNow() {
      if (hasBegun) prepare();
    },
    stop() {
      isStopped = true;
    },
  };
}
