import { guard } from '@closespan/core/platform';

type Listeners = Readonly<Record<string, (event: never) => void>>;

const added = new Set<Listeners>();

/**
 * Adds listeners for what the app's modules report. React Native has no events of a page, so the build puts this
 * function in place of `listen` for the global scope.
 * @returns a function that removes the listeners
 */
export function listen(_scope: unknown, listeners: Listeners): () => void {
  added.add(listeners);
  return () => {
    added.delete(listeners);
  };
}

/** Calls the listeners of one event. Never throws. */
export function fire(type: 'online'): void {
  for (const listeners of [...added]) guard(type, () => listeners[type]?.({} as never));
}
