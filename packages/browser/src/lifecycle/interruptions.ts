import { type CloseFacts, type Connection, now } from '@closespan/core/platform';
import { listen } from './listen.ts';

/** Knows what took the network from a page or worker: sleep, freezing, times without network. */
export interface Interruptions {
  /**
   * Returns the interruption that likely ended a connection that closes now, and the milliseconds for which the
   * connection was suspended. Members are `undefined` where nothing was noticed.
   * @param startTime epoch milliseconds of the connection's start
   */
  platformFacts(
    connection: Connection,
    startTime: number,
  ): Pick<CloseFacts, 'interruption' | 'suspendedDuration'>;
  /** Removes all listeners. */
  stop(): void;
}

/** A smaller step of the wall clock is no sleep: wall clocks are corrected now and then. */
const SLEEP_MILLIS = 5000;
/** A connection that closes longer than this after an interruption did not end because of it. */
const RECENT_MILLIS = 60_000;

/**
 * Starts to note sleep of the device, freezing of the page, and times without network. Sleep is seen where the device
 * stops the monotonic clock and not the wall clock. The clocks are compared at events alone, never by a timer.
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
      const offline = !scope.navigator.onLine || isRecent(onlineAt);
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
