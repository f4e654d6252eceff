import { diag, NAME } from '@closespan/core/platform';

type Listener = (...args: never[]) => void;

/**
 * Adds a listener to the process. Never throws: an app may have frozen `process`, or forbid listeners. The first such
 * failure is logged with `diag.warn`.
 * @param isFirst whether the listener runs before those that are there
 */
export function addProcessListener(event: string, listener: Listener, isFirst = false): void {
  try {
    Reflect.apply(isFirst ? process.prependListener : process.on, process, [event, listener]);
  } catch (error) {
    warn(error);
  }
}

/** Removes a listener from the process. Never throws. A listener that cannot be removed must then do nothing. */
export function removeProcessListener(event: string, listener: Listener): void {
  try {
    process.off(event, listener as () => void);
  } catch {
    // The app has frozen `process` since the listener was added.
  }
}

/**
 * Returns whether a listener stands on the process. Also returns `true` if the process does not say: what is added at each
 * connection would be more and more listeners.
 */
export function hasProcessListener(event: string, listener: Listener): boolean {
  try {
    // A count makes no list.
    return process.listenerCount(event, listener) > 0;
  } catch (error) {
    warn(error);
    return true;
  }
}

/** Returns whether a listener is the first one of the process. Also returns `true` if the process does not say. */
export function isFirstListener(event: string, listener: Listener): boolean {
  try {
    return process.listeners(event as 'exit')[0] === (listener as unknown);
  } catch {
    return true;
  }
}

/** Listeners of closespan that no count of the app's listeners includes. */
const uncounted = new WeakSet<object>();

/** Leaves a listener of closespan out of all counts of the app's listeners. */
export function ignoreInCounts(ours: Listener): void {
  uncounted.add(ours);
}

/** Returns how many listeners for an event the app has, without one of closespan. 0 if the process does not say. */
export function countOtherListeners(event: string, ours: Listener): number {
  try {
    return process
      .listeners(event as 'exit')
      .filter((listener) => listener !== (ours as unknown) && !uncounted.has(listener)).length;
  } catch {
    return 0;
  }
}

let hasWarned = false;

function warn(error: unknown): void {
  if (!hasWarned) diag.warn(`${NAME}: process takes no listeners, its end may go unseen`, error);
  hasWarned = true;
}
