/**
 * Resolves to the result of some work, or rejects after a number of milliseconds. Work that never ends, such as a
 * request of a patched `fetch`, then keeps no other work waiting.
 */
export function inTime<T>(work: Promise<T>, millis: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error(`nothing happened for ${millis} ms`));
    work.then(resolve, reject);
    // Neither zone.js nor fake timers replace this clock.
    if (AbortSignal.timeout) AbortSignal.timeout(millis).onabort = stop;
    else setTimeout(stop, millis);
  });
}
