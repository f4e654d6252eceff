/** A timer for one act, which comes at the earliest of the times that were asked for. */
export interface Timer {
  /** Asks for the act in some milliseconds. */
  wake(millis: number): void;
  /** Forgets what was asked for. */
  stop(): void;
}

type ZoneLike = { root?: { run<T>(run: () => T): T } };

/** Makes a timer. zone.js does not see it, else Angular would check the page at each act, and wait for it to be stable. */
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
      const start = () => {
        id = setTimeout(() => {
          stop();
          act();
        }, millis);
      };
      const { root } = (globalThis as { Zone?: ZoneLike }).Zone ?? {};
      if (root) root.run(start);
      else start();
    },
    stop,
  };
}
