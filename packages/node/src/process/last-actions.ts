import { constants } from 'node:os';
import {
  addProcessListener,
  countOtherListeners,
  hasProcessListener,
  ignoreInCounts,
  removeProcessListener,
} from '../runtime/process-listeners.ts';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';

/** Actions of all starts of closespan at a signal for which nothing may wait. One listener runs all of them. */
export interface LastActions {
  add(action: () => void): void;
  remove(action: () => void): void;
  /** Leaves the signal whose listeners run now to the caller. Later signals run the actions. */
  postpone(): void;
  /** Runs all actions, and ends the process by the signal. */
  end(): void;
}

const byName = new Map<NodeJS.Signals, LastActions>();

/** Returns the actions of a signal. */
export function lastActionsOf(name: NodeJS.Signals): LastActions {
  const actions = byName.get(name) ?? createLastActions(name);
  byName.set(name, actions);
  return actions;
}

/**
 * Returns whether an event comes of a signal. An app may emit such an event itself, as its tests do. Node passes the name
 * and the number of a signal to listeners, and Deno passes the name alone.
 */
export function isSignal(name: NodeJS.Signals, [given, number]: readonly unknown[]): boolean {
  return HAS_OWN_GLOBAL ? given === name : number === constants.signals[name];
}

function createLastActions(name: NodeJS.Signals): LastActions {
  const actions = new Set<() => void>();
  let isPostponed = false;

  function end(): void {
    // Our listener leaves first, for libraries that count listeners.
    removeProcessListener(name, onSignal);
    for (const action of [...actions]) action();
    // A frozen process keeps the listener, so that the signal would come here again and again.
    if (process.listenerCount(name) > 0) process.exit(128 + constants.signals[name]);
    process.kill(process.pid, name);
  }

  /** Ends the process at once, unless the app listens, or a later start of closespan handles the signal. */
  function onSignal(...event: unknown[]): void {
    if (!isPostponed && isSignal(name, event) && countOtherListeners(name, onSignal) === 0) end();
  }

  ignoreInCounts(onSignal);
  return {
    add(action) {
      actions.add(action);
      if (!hasProcessListener(name, onSignal)) addProcessListener(name, onSignal, true);
    },
    remove(action) {
      actions.delete(action);
      if (actions.size === 0) removeProcessListener(name, onSignal);
    },
    postpone() {
      isPostponed = true;
      // The listeners of an event run before any promise resolves.
      void Promise.resolve().then(() => {
        isPostponed = false;
      });
    },
    end,
  };
}
