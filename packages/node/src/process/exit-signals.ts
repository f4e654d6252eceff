import { isMainThread } from 'node:worker_threads';
import { stopAll } from '@closespan/core/platform';
import { nextTurn } from '../pipeline/timers-at-load.ts';
import {
  addProcessListener,
  countOtherListeners,
  hasProcessListener,
  removeProcessListener,
} from '../runtime/process-listeners.ts';
import { isSignal, lastActionsOf } from './last-actions.ts';

/** Actions to run at a signal that would end the process. */
export interface ExitSignalActions {
  /** Called if the app has a listener for the signal. The app then decides when the process ends. */
  appListens(): void;
  /**
   * Called if the app has no listener for the signal. The signal comes again as soon as the promise resolves.
   * @param isDeadly false if the process survives the signal
   */
  beforeDeath(isDeadly: boolean): Promise<void>;
  /**
   * Called immediately before the signal comes again.
   * @param isDeadly false if the process survives the signal
   */
  die(isDeadly: boolean): void;
  /**
   * Called if the app has no listener for a signal that comes again during `beforeDeath`, or comes after `stop`. The
   * process then ends at once. @defaultValue no action
   */
  dieAtOnce?: (() => void) | undefined;
}

/** Listeners for signals that would end the process. */
export interface ExitSignals {
  /** Adds again the listeners that the app has removed, as `process.removeAllListeners()` does. */
  renew(): void;
  /** Removes the listeners, except those that call `dieAtOnce`. */
  stop(): void;
  /** Removes all listeners. */
  end(): void;
}

/** Whether a signal that nobody listens for ends the process. The first process of a container survives its own signal. */
const IS_DEADLY = process.pid !== 1;

/**
 * Listens for signals that would end the process. Each signal has the effect that it has without closespan. The app's
 * listeners run; if there are none, the signal ends the process.
 */
export function watchExitSignals(names: readonly string[], actions: ExitSignalActions): ExitSignals {
  // Only the main thread gets signals.
  const watched = isMainThread ? [...new Set(names)] : [];
  const signals = watched.map((name) => watchSignal(name as NodeJS.Signals, actions));
  return {
    renew() {
      for (const { renew } of signals) renew();
    },
    stop: () => stopAll(signals.map(({ stop }) => stop)),
    end: () => stopAll(signals.map(({ end }) => end)),
  };
}

function watchSignal(
  name: NodeJS.Signals,
  { appListens, beforeDeath, die: act, dieAtOnce }: ExitSignalActions,
): ExitSignals {
  const lastActions = lastActionsOf(name);
  let stopped = false;
  /** Whether the signal is being handled, so that our listener is absent on purpose. */
  let isHandled = false;

  function listen(): void {
    removeProcessListener('removeListener', onRemoved);
    isHandled = false;
    if (!stopped && !hasProcessListener(name, onSignal)) addProcessListener(name, onSignal, true);
  }

  function onSignal(...event: unknown[]): void {
    // Without closespan, an event that the app emits has no effect if the app does not listen.
    if (!isSignal(name, event) && countOtherListeners(name, onSignal) === 0) return;
    // Our listener leaves first: signal-exit counts listeners, and passes a signal on when its own is the only one.
    removeProcessListener(name, onSignal);
    isHandled = true;
    if (countOtherListeners(name, onSignal) === 0) {
      void die();
      return;
    }
    if (stopped) return;
    addProcessListener('removeListener', onRemoved);
    void nextTurn().then(listen);
    appListens();
  }

  /**
   * Adds closespan's listener again when the app removes its last listener during the signal. The signal may come again
   * at once.
   */
  function onRemoved(event: string | symbol): void {
    if (event === name && countOtherListeners(name, onSignal) === 0) listen();
  }

  /**
   * Runs `beforeDeath`, then lets the signal end the process. If the signal comes again meanwhile, the process ends at
   * once.
   */
  async function die(): Promise<void> {
    const wasStopped = stopped;
    if (!wasStopped) {
      lastActions.postpone();
      awaitAgain();
      await beforeDeath(IS_DEADLY);
      endAgain();
    }
    if (countOtherListeners(name, onSignal) === 0) {
      if (!wasStopped) act(IS_DEADLY);
      removeProcessListener(name, onSignal);
      lastActions.end();
    }
    // For a process that survives.
    void nextTurn().then(listen);
  }

  function awaitAgain(): void {
    if (IS_DEADLY && dieAtOnce) lastActions.add(dieAtOnce);
  }

  function endAgain(): void {
    if (dieAtOnce) lastActions.remove(dieAtOnce);
  }

  listen();
  return {
    renew() {
      if (!isHandled && !hasProcessListener(name, onSignal)) listen();
    },
    stop() {
      stopped = true;
      removeProcessListener('removeListener', onRemoved);
      removeProcessListener(name, onSignal);
      awaitAgain();
    },
    end: endAgain,
  };
}
