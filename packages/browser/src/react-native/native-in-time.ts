import { now } from '@closespan/core/platform';

/** A timer that fires later than this, in milliseconds, shows that the app was suspended meanwhile. */
const LATE_MILLIS = 1000;

/**
 * Resolves to the result of some work, or rejects after a number of milliseconds. If the app was suspended meanwhile, the
 * time starts again once. The build puts this function in place of that of pages, which needs `AbortSignal`.
 */
export function inTime<T>(work: Promise<T>, millis: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (isLast: boolean) => {
      const late = now() + millis + LATE_MILLIS;
      timer = setTimeout(() => {
        if (isLast || now() < late) reject(new Error(`nothing happened for ${millis} ms`));
        else wait(true);
      }, millis);
    };
    wait(false);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
