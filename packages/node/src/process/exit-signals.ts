import { isMainThread } from 'node:worker_threads';

/** What a signal leads to. */
export interface ExitSignalActions {
  /** The app has a listener, so that its end is its own affair. */
  taken(): void;
  /** The process dies of the signal as soon as this resolves. */
  dying(): Promise<void>;
}

/**
 * Listens for signals that would end the process. A signal still does what it would do without us: the app's listeners
 * run, and where it has none the process dies of the signal.
 * @returns what stops it
 */
export function watchExitSignals(names: readonly string[], actions: ExitSignalActions): () => void {
  // Only the main thread gets signals.
  const watched = isMainThread ? [...new Set(names)] : [];
  const undo = watched.map((name) => watchSignal(name as NodeJS.Signals, actions));
  return () => {
    for (const unwatch of undo) unwatch();
  };
}

function watchSignal(name: NodeJS.Signals, { taken, dying }: ExitSignalActions): () => void {
  let stopped = false;

  function listen(): void {
    process.off('removeListener', onRemoved);
    if (!stopped && !process.listeners(name).includes(onSignal)) process.prependListener(name, onSignal);
  }

  function onSignal(): void {
    // Libraries count the listeners in theirs, and pass the signal on where they see no other (signal-exit).
    process.off(name, onSignal);
    if (process.listenerCount(name) === 0) {
      void die();
      return;
    }
    process.on('removeListener', onRemoved);
    setImmediate(listen);
    taken();
  }

  /** The app's last listener has left while the signal is told: the signal may come again at once. */
  function onRemoved(event: string | symbol): void {
    if (event === name && process.listenerCount(name) === 0) listen();
  }

  /** Meanwhile a second signal ends the process at once, since nobody listens. */
  async function die(): Promise<void> {
    await dying();
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
    // Process 1 of a container survives that.
    setImmediate(listen);
  }

  listen();
  return () => {
    stopped = true;
    process.off('removeListener', onRemoved);
    process.off(name, onSignal);
  };
}
