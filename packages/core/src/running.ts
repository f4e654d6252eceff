import { defineProperty, ownProperty } from './observe/define-property.ts';
import type { TimeLimit } from './queue/wait-at-most.ts';

/** An instrumentation that runs in this global scope. */
export interface Running<H = unknown> {
  /** Controls the instrumentation. `instrumentWebSockets()` returns this handle. */
  readonly handle: H;
  /** Returns whether the instrumentation observes. The result is `true` until the instrumentation is stopped. */
  isObserving(): boolean;
  /**
   * Stops the instrumentation and exports the waiting closes, as `handle.shutdown()` does.
   * @param isEnding whether the process is about to end; if not, open connections get no record
   * @param limit time limit for the exports, which applies only if the process is about to end
   */
  stop(isEnding: boolean, limit?: TimeLimit): Promise<void>;
}

/**
 * Key under which the global scope holds the running instrumentation. The symbol comes from `Symbol.for`, so that ES
 * module and CommonJS copies of a package find one instrumentation. The number in the key changes when the members of
 * `Running` change.
 */
export const RUNNING: symbol = Symbol.for('closespan.running.1');
/** Running instrumentation, for a global scope that accepts no new property. */
let local: Running | undefined;

/** Returns the instrumentation that observes in this global scope, or `undefined` if there is none. */
export function currentlyRunning(): Running | undefined {
  // An own value: a getter or a prototype of somebody else's is not asked.
  const found: unknown = ownProperty(globalThis, RUNNING)?.value;
  return [found, local].find(isObserving);
}

/**
 * Stores an instrumentation as the running instrumentation of this global scope. Does not throw if the global scope is
 * frozen.
 */
export function keepRunning(running: Running): void {
  local = running;
  defineProperty(globalThis, RUNNING, { value: running, configurable: true, writable: true });
}

/** Removes an instrumentation that was stopped, unless another instrumentation is running already. */
export function forgetRunning(running: Running): void {
  if (local === running) local = undefined;
  if (ownProperty(globalThis, RUNNING)?.value === running) {
    Reflect.deleteProperty(globalThis, RUNNING);
  }
}

/** Returns whether a value has the members of `Running` that closespan uses, and observes. */
function isObserving(value: unknown): value is Running {
  const { handle, isObserving: ask, stop } = (value ?? {}) as Partial<Running>;
  return typeof ask === 'function' && typeof stop === 'function' && Object(handle) === handle && ask();
}
