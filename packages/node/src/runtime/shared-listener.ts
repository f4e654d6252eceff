import { addProcessListener, isFirstListener, removeProcessListener } from './process-listeners.ts';

/** Listener of the process that all starts of closespan share. */
export interface SharedListener {
  /** Runs an action at each event. The action must not throw. */
  add(action: () => void): void;
  /** Runs an action no longer. The listener leaves with its last action. */
  remove(action: () => void): void;
  /** Makes the listener the first one again, or adds the listener again, if the app has changed the listeners. */
  renew(): void;
}

/**
 * Makes a listener that all starts of closespan share. An app may start and stop often, and each start waits for its last
 * exports. Node warns of more than ten listeners.
 * @param isFirst whether the listener runs before those of the app
 */
export function sharedListener(event: string, isFirst = false): SharedListener {
  const actions = new Set<() => void>();
  const listener = () => {
    for (const action of [...actions]) action();
  };
  return {
    add(action) {
      if (actions.size === 0) addProcessListener(event, listener, isFirst);
      actions.add(action);
    },
    remove(action) {
      if (actions.delete(action) && actions.size === 0) removeProcessListener(event, listener);
    },
    renew() {
      if (actions.size === 0 || isFirstListener(event, listener)) return;
      removeProcessListener(event, listener);
      addProcessListener(event, listener, isFirst);
    },
  };
}
