import { performance } from 'node:perf_hooks';

/** How long the turns of the event loop take, without the time in which it sleeps until something happens. */
export interface LoopTurns {
  /** Blocks the loop for so many milliseconds, which do not count. */
  block(millis: number): void;
  /** Stops, and says how many milliseconds the longest turn took. */
  stop(): number;
}

/**
 * Watches turns from now on. An immediate that is not referenced runs once in each turn and lets the loop sleep: one
 * that is would keep it spinning, and the histogram of `perf_hooks` looks only whenever a timer of its own is due.
 */
export function watchTurns(): LoopTurns {
  let longest = 0;
  let last = activeMillis();
  let immediate = setImmediate(note).unref();

  function look(): void {
    const active = activeMillis();
    longest = Math.max(longest, active - last);
    last = active;
  }

  function note(): void {
    look();
    immediate = setImmediate(note).unref();
  }

  return {
    block(millis) {
      const before = activeMillis();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
      last += activeMillis() - before;
    },
    stop() {
      look();
      clearImmediate(immediate);
      return longest;
    },
  };
}

/** Of all turns so far. */
function activeMillis(): number {
  return performance.eventLoopUtilization().active;
}
