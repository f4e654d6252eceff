import { outsideZone } from './outside-zone.ts';

/** Runs an act at the earliest of the times that were asked for. */
export interface Timer {
  /** Asks for the act in some milliseconds; a later time than the one that waits changes nothing. */
  wake(millis: number): void;
  /** Forgets all times that were asked for. */
  stop(): void;
}

/** Makes a timer for one act. The timer runs outside of zone.js. */
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
