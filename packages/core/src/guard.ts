import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/**
 * Runs code that must not throw into the app: closespan's code inside the app's event handlers, and the user's hooks.
 * @param what name of the code in the log
 * @returns the result of `run`. If `run` throws, the error is logged with `diag.error` and `fallback` is returned
 */
export function guard<T>(what: string, run: () => T): T | undefined;
export function guard<T>(what: string, run: () => T, fallback: T): T;
export function guard<T>(what: string, run: () => T, fallback?: T): T | undefined {
  try {
    return run();
  } catch (error) {
    diag.error(`${NAME}: ${what} threw`, error);
    return fallback;
  }
}
