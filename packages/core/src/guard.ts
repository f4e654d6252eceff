import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/**
 * Runs code that must not throw into the app: code of ours inside the app's event handlers, and the user's hooks.
 * @param what names the code in the log
 * @returns the result; where the code threw, `fallback` after one `diag.error`
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
