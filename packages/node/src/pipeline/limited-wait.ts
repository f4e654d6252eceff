import { diag, NAME } from '@closespan/core/platform';
import { startPause } from './timers-at-load.ts';

/** Longest time for which closes wait until a provider has exported earlier spans, in milliseconds. */
const LONGEST_WAIT = 10_000;

/**
 * Makes a function that waits for a flush, at most 10 seconds. As long as a flush then goes on, later calls neither
 * flush nor wait. So a provider of the app whose flush never ends does not hold back all later closes.
 */
export function createLimitedWait(): (flush: () => Promise<void>) => Promise<void> {
  let isStuck = false;
  return async (flush) => {
    if (isStuck) return;
    const flushed = flush();
    const limit = startPause(LONGEST_WAIT);
    isStuck = await Promise.race([flushed.then(() => false), limit.over.then(() => true)]);
    limit.end();
    if (!isStuck) return;
    diag.warn(`${NAME}: forceFlush() of the tracer provider hangs, closes no longer wait for it`);
    void flushed.then(() => {
      isStuck = false;
    });
  };
}
