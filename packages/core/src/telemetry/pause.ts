/** A time in which we do nothing, and a process that has nothing else to do may end. */
export interface Pause {
  readonly over: Promise<void>;
  /** Somebody waits: it is over now. */
  end(): void;
}

/** As it was at load: an app's tests that fake its timers do not stop us. */
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;

/**
 * Starts a pause. A collector that hangs must not keep a process alive, flush by flush. A page does not end like that,
 * and its timers may be held back: there is none.
 */
export function startPause(millis: number): Pause | undefined {
  if (typeof setImmediate !== 'function') return undefined;
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    // A number in Deno and workerd.
    const timer: { unref?(): void } = startTimer(resolve, millis);
    timer.unref?.();
    end = () => {
      stopTimer(timer as never);
      resolve();
    };
  });
  return { over, end };
}
