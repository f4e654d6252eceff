import { isMainThread } from 'node:worker_threads';
import { stopAll } from '@closespan/core/platform';

/** Actions at a signal that would end the process. */
export interface ExitSignalActions {
  /** Called where the app has a listener for the signal: the app then decides when the process ends. */
  appListens(): void;
  /** Called where the app has no listener. The process dies of the signal as soon as the promise resolves. */
  beforeDeath(): Promise<void>;
}

/**
 * Listens for signals that would end the process. Each signal has the effect that it would have without us: the app's
 * listeners run, and without one the process dies of the signal.
 * @returns a function that stops it
 */
export function watchExitSignals(names: readonly string[], actions: ExitSignalActions): () => void {
  // Only the main thread gets signals.
  const watched = isMainThread ? [...new Set(names)] : [];
  const stops = watched.map((name) => watchSignal(name as NodeJS.Signals, actions));
  return () => stopAll(stops);
}

function watchSignal(name: NodeJS.Signals, { appListens, beforeDeath }: ExitSignalActions): () => void {
  let stopped = false;

  function listen(): void {
    process.off('removeListener', onRemoved);
    if (!stopped && !process.listeners(name).includes(onSignal)) process.prependListener(name, onSignal);
  }

  function onSignal(): void {
    // Our listener leaves first: signal-exit counts listeners, and passes a signal on when its own is the only one.
    process.off(name, onSignal);
    if (process.listenerCount(name) === 0) {
      void die();
      return;
    }
    process.on('removeListener', onRemoved);
    setImmediate(listen);
    appListens();
  }

  /** Listens again when the app's last listener leaves during the signal: the signal may come again at once. */
  function onRemoved(event: string | symbol): void {
    if (event === name && process.listenerCount(name) === 0) listen();
  }

  /** Lets the process die of the signal. A second signal meanwhile ends the process at once, since nobody listens. */
  async function die(): Promise<void> {
    await beforeDeath();
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
    // Process 1 of a container survives its own signal.
    setImmediate(listen);
  }

  listen();
  return () => {
    stopped = true;
    process.off('removeListener', onRemoved);
    process.off(name, onSignal);
  };
}
