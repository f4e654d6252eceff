import { addProcessListener, removeProcessListener } from './process-listeners.ts';

/** Listener of the process that all starts of closespan share. */
export interface SharedListener {
  /** Runs an action at each event. The action must not throw. */
  add(action: () => void): void;
  /** Runs an action no longer. The listener leaves with its last action. */
  remove(action: () => void): void;
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
  };
}
