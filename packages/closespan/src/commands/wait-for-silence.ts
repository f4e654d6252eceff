import { setTimeout as wait } from 'node:timers/promises';
import type { CloseStore } from '../closes/close-store.ts';

/** Times of a wait, in milliseconds. */
interface SilenceTimes {
  /** Time without an event after which the wait ends. */
  readonly quiet: number;
  /** Longest time of the wait. */
  readonly most: number;
}

/** Waits until nothing has arrived in a store for some time. The signal ends the wait, too. */
export async function waitForSilence(
  { onEvent }: Pick<CloseStore, 'onEvent'>,
  { quiet, most }: SilenceTimes,
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + most;
  let quietAt = performance.now() + quiet;
  const stop = onEvent(() => {
    quietAt = performance.now() + quiet;
  });
  for (;;) {
    const left = Math.min(quietAt, end) - performance.now();
    if (left <= 0 || signal.aborted) break;
    await wait(left, undefined, { signal }).catch(() => {});
  }
  stop();
}
