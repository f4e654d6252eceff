import type { TimeLimit } from './queue/wait-at-most.ts';

/** An instrumentation that runs in this global scope. */
export interface Running<H = unknown> {
  /** Controls the instrumentation; `instrumentWebSockets()` returns it. */
  readonly handle: H;
  /** Returns whether the instrumentation observes: it does until it is stopped. */
  isObserving(): boolean;
  /**
   * Shuts down as `handle.shutdown()` does.
   * @param isEnding whether the process is about to end; else open connections go on, and leave no record
   * @param limit time for the exports where the process is about to end; else there is no limit
   */
  stop(isEnding: boolean, limit?: TimeLimit): Promise<void>;
}

/**
 * Key of the running instrumentation in the global scope. A registered symbol, so that ES module and CommonJS copies of
 * a package find each other's. The number is that of the members above: versions with other members have another key.
 */
const RUNNING = Symbol.for('closespan.running.1');
/** Holds what runs where the global scope takes no property. */
let local: Running | undefined;

/** Returns the instrumentation that observes in this global scope; `undefined` where none does. */
export function currentlyRunning(): Running | undefined {
  // An own value: a getter or a prototype of somebody else's is not asked.
  const found: unknown = Object.getOwnPropertyDescriptor(globalThis, RUNNING)?.value;
  return [found, local].find(isObserving);
}

/** Keeps an instrumentation as the running one of this global scope. Throws nothing where the scope is frozen. */
export function keepRunning(running: Running): void {
  local = running;
  Reflect.defineProperty(globalThis, RUNNING, { value: running, configurable: true, writable: true });
}

/** Forgets an instrumentation that was stopped, unless another one runs by now. */
export function forgetRunning(running: Running): void {
  if (local === running) local = undefined;
  if (Object.getOwnPropertyDescriptor(globalThis, RUNNING)?.value === running) {
    Reflect.deleteProperty(globalThis, RUNNING);
  }
}

/** Returns whether a value has the members of `Running` that are called, and observes. */
function isObserving(value: unknown): value is Running {
  const { handle, isObserving: ask, stop } = (value ?? {}) as Partial<Running>;
  return typeof ask === 'function' && typeof stop === 'function' && Object(handle) === handle && ask();
}
