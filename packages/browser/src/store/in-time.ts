import { now } from '@closespan/browser/recording';

/** A timer that fires later than this, in milliseconds, shows that the page stood still meanwhile. */
const LATE_MILLIS = 1000;

/**
 * Resolves to the result of some work, or rejects after a number of milliseconds. Work that never ends, such as a
 * request of a patched `fetch`, then keeps no other work waiting. If the page stood
 * still meanwhile, the time starts again once, since the result may be ready and come after the timer.
 */
export function inTime<T>(work: Promise<T>, millis: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const wait = (isLast: boolean) => {
      const late = now() + millis + LATE_MILLIS;
      const stop = () => {
        if (isLast || now() < late) reject(new Error(`nothing happened for ${millis} ms`));
        else wait(true);
      };
      // Neither zone.js nor fake timers replace this clock.
      if (AbortSignal.timeout) AbortSignal.timeout(millis).onabort = stop;
      else setTimeout(stop, millis);
    };
    work.then(resolve, reject);
    wait(false);
  });
}
