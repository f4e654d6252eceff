import { guard } from './guard.ts';
import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/**
 * Calls a hook of the user, and returns its result if the result has the right type. A hook that throws, or returns
 * another type, is logged with `diag.error`. A promise has another type; if the promise is rejected, the rejection is
 * handled.
 * @param type `typeof` of a valid result
 * @param fallback returned instead of an invalid result
 */
export function callHook<T, F>(
  name: string,
  type: 'string' | 'boolean',
  call: () => T | PromiseLike<T>,
  fallback: F,
): T | F {
  // A hook that throws has its line in the log already.
  let threw = true;
  const result: unknown = guard(name, () => {
    const returned = call();
    threw = false;
    return returned;
  });
  if (typeof result === type) return result as T;
  // `Promise.resolve` also takes what only looks like a promise.
  if (Object(result) === result) Promise.resolve(result).catch(() => {});
  if (!threw) diag.error(`${NAME}: ${name} returned no ${type}`);
  return fallback;
}
