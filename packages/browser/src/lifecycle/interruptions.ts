import { now } from '@closespan/core/page-recording';
import type { CloseFacts, Connection } from '@closespan/core/platform';
import { listen } from '../listen.ts';

/**
 * Notes when a page or worker had no network: during sleep of the device, freezing of the page, or loss of the network.
 */
export interface Interruptions {
  /**
   * Returns the interruption that likely caused the current close, and the milliseconds for which the connection was
   * suspended. A member is `undefined` if no interruption was noted.
   * @param startTime start of the connection, in epoch milliseconds
   */
  platformFacts(
    connection: Connection,
    startTime: number,
  ): Pick<CloseFacts, 'interruption' | 'suspendedDuration'>;
  /** Stops watching, and removes all listeners. */
  stop(): void;
}

/**
 * Smallest step of the wall clock that counts as sleep, in milliseconds. A smaller step is a correction of the clock.
 */
const SLEEP_MILLIS = 5000;
/** Longest time from an interruption to a close that the interruption caused, in milliseconds. */
const RECENT_MILLIS = 60_000;

/**
 * Starts to note sleep of the device, freezing of the page, and times without network. Sleep is noticed if the device
 * stops the monotonic clock but not the wall clock. The clocks are compared when events fire; no timer runs.
 */
export function observeInterruptions(scope: typeof globalThis): Interruptions {
  const never = Number.NEGATIVE_INFINITY;
  let ahead = wallAhead();
  let wokeAt = never;
  let onlineAt = never;
  const frozen = { from: never, to: never };

  function look(): void {
    const before = ahead;
    ahead = wallAhead();
    if (ahead - before >= SLEEP_MILLIS) wokeAt = now();
  }

  const stop = listen(scope, {
    visibilitychange: look,
    focus: look,
    offline: look,
    online() {
      look();
      onlineAt = now();
    },
    freeze() {
      frozen.from = now();
    },
    resume() {
      look();
      frozen.to = now();
    },
  });

  return {
    platformFacts({ startedAt }, startTime) {
      look();
      const time = now();
      const asleep = wallAhead() - (startTime - startedAt);
      const slept = asleep >= SLEEP_MILLIS ? asleep : 0;
      const frozenFor = startedAt < frozen.from ? Math.max(0, frozen.to - frozen.from) : 0;
      const isRecent = (at: number) => startedAt < at && time - at < RECENT_MILLIS;
      const suspended = (slept > 0 && isRecent(wokeAt)) || (frozenFor > 0 && isRecent(frozen.to));
      const offline = scope.navigator?.onLine === false || isRecent(onlineAt);
      return {
        interruption: suspended ? 'suspended' : offline ? 'offline' : undefined,
        suspendedDuration: slept + frozenFor || undefined,
      };
    },
    stop,
  };
}

/** Returns the milliseconds by which the wall clock is ahead of the monotonic clock. */
function wallAhead(): number {
  return Date.now() - now();
}
