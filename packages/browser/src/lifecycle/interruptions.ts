import { type CloseFacts, type Connection, now } from '@closespan/core/platform';
import { listen } from './listen.ts';

/** What took the network from a page or worker. */
export interface Interruptions {
  /** What of it befell a connection that closes now. */
  platformFacts(
    connection: Connection,
    startTime: number,
  ): Pick<CloseFacts, 'interruption' | 'suspendedDuration'>;
  stop(): void;
}

/** Wall clocks are corrected now and then; a step forward that is smaller is no sleep. */
const SLEEP_MILLIS = 5000;
/** A connection that lived on for longer than this after an interruption did not die of it. */
const RECENT_MILLIS = 60_000;

/**
 * Notes sleep of the device, the freezing of the page, and times without network. Sleep shows where the monotonic
 * clock stops meanwhile and the wall clock does not; it is looked for at events alone, never by a timer.
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

/** Milliseconds by which the wall clock is ahead of the monotonic one. */
function wallAhead(): number {
  return Date.now() - now();
}
