import { now } from '@closespan/browser/recording';
import { outsideZone } from './outside-zone.ts';

/** Calls one function at the earliest of the requested times. */
export interface Timer {
  /**
   * Requests a call after a number of milliseconds. The request changes nothing if an earlier call is already planned.
   */
  wake(millis: number): void;
  /** Cancels the planned call. */
  stop(): void;
}

/** Makes a timer for one function. zone.js does not notice the timer. */
export function createTimer(act: () => void): Timer {
  let at = Number.POSITIVE_INFINITY;
  let id: ReturnType<typeof setTimeout> | undefined;
  function stop(): void {
    globalThis.clearTimeout?.(id);
    at = Number.POSITIVE_INFINITY;
  }
  return {
    wake(millis) {
      // Not by the wall clock: when it is set forward, an earlier call would seem to be planned already.
      const time = now() + millis;
      if (time >= at) return;
      stop();
      at = time;
      id = outsideZone(() =>
        globalThis.setTimeout?.(() => {
          stop();
          act();
        }, millis),
      );
    },
    stop,
  };
}
