/** A pause, which ends after some time or by a call of `end`. */
export interface QueuePause {
  /** Resolves when the pause is over. */
  readonly over: Promise<void>;
  /** Ends the pause early. */
  end(): void;
}

/**
 * Starts a pause of the given number of milliseconds.
 * @param keepsAlive whether the pause keeps a process alive that has nothing else to do. By default, the process may
 * end
 */
export type StartPause = (millis: number, keepsAlive?: boolean) => QueuePause;

/** Starts a pause with the global timer, `setTimeout`. */
export const startTimer: StartPause = (millis, keepsAlive) => {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    // In browsers a timer is a number, without `unref`.
    const timer: { unref?(): void } | undefined = globalThis.setTimeout?.(resolve, millis);
    if (!keepsAlive) timer?.unref?.();
    end = () => {
      globalThis.clearTimeout?.(timer as never);
      resolve();
    };
  });
  return { over, end };
};
