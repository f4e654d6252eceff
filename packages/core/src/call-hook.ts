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
  type: 'string' | 'boolean' | 'number' | 'object',
  call: () => T | PromiseLike<T>,
  fallback: F,
): T | F {
  try {
    const result: unknown = call();
    if (typeof result === type && !(result instanceof Promise)) return result as T;
    onRejection(result, () => {});
    diag.error(`${NAME}: ${name} returned no ${type}`);
  } catch (error) {
    logHookError(name, error);
  }
  return fallback;
}

/** Handles the rejection of a promise that a hook has returned. Does nothing for other values. */
export function onRejection(result: unknown, handle: (error: unknown) => void): void {
  // A promise may have a `then` of its own, and `Promise.resolve` also takes what only looks like a promise.
  const promise = result instanceof Promise ? result : Promise.resolve(result);
  Promise.prototype.then.call(promise, undefined, handle);
}

/**
 * Logs with `diag.error` that a hook threw, and where. The error's message and its other properties are not logged: a
 * hook gets what must not reach a log, and the error of `new URL()` quotes the URL. Places are shown without query.
 */
export function logHookError(name: string, error: unknown): void {
  guard(name, () => {
    const { name: kind, stack } = Object(error);
    // Not all but the message: a message that was changed stands in the stack as it was before.
    const places =
      String(stack)
        .slice(0, 9e3)
        .match(/^(?:\s+at .+|\S*@\S+:\d+)$/gm) ?? [];
    diag.error(`${NAME}: ${name} threw`, [kind, ...places].join('\n').replace(/\?[^\s:)]+/g, ''));
  });
}
