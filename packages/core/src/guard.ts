import { diag } from '@opentelemetry/api';
import { NAME } from './version.ts';

/**
 * Runs code that must not throw into the app: ours inside its event handlers, and the user's hooks.
 * @returns the result, or `fallback` after one `diag.error` where it threw
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
