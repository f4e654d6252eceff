import { guard } from './guard.ts';
import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/**
 * Calls a hook of the user, and believes a result of the right type alone. A hook that throws, or that returns anything
 * else, costs one `diag.error`. A promise is anything else, and its rejection is not left unhandled.
 * @param type `typeof` of a result that fits
 * @param fallback returned in place of a result that does not fit
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
