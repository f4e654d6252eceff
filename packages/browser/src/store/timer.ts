import { outsideZone } from './outside-zone.ts';

/** A timer for one act, which comes at the earliest of the times that were asked for. */
export interface Timer {
  /** Asks for the act in some milliseconds. */
  wake(millis: number): void;
  /** Forgets what was asked for. */
  stop(): void;
}

/** Makes a timer. */
export function createTimer(act: () => void): Timer {
  let at = Number.POSITIVE_INFINITY;
  let id: ReturnType<typeof setTimeout> | undefined;
  function stop(): void {
    clearTimeout(id);
    at = Number.POSITIVE_INFINITY;
  }
  return {
    wake(millis) {
      const time = Date.now() + millis;
      if (time >= at) return;
      stop();
      at = time;
      id = outsideZone(() =>
        setTimeout(() => {
          stop();
          act();
        }, millis),
      );
    },
    stop,
  };
}
