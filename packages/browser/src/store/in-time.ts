import { now } from '@closespan/browser/recording';
import { timeoutSignal } from './timeout-signal.ts';

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
        if (isLast || now() < late) reject(new Error(`no result after ${millis} ms`));
        else wait(true);
      };
      const signal = timeoutSignal(millis);
      if (signal) signal.onabort = stop;
      else globalThis.setTimeout?.(stop, millis);
    };
    work.then(resolve, reject);
    wait(false);
  });
}
