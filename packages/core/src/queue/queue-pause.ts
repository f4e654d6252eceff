/** A time in which somebody rests. */
export interface QueuePause {
  /** Resolves when the pause is over. */
  readonly over: Promise<void>;
  /** Cuts the pause short. */
  end(): void;
}

/**
 * Starts a pause of some milliseconds.
 * @param keepsAlive whether the pause keeps alive a process that has nothing else to do; absent: it does not
 */
export type StartPause = (millis: number, keepsAlive?: boolean) => QueuePause;

/** Starts a pause by the global timer. */
export const startTimer: StartPause = (millis, keepsAlive) => {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    // In browsers a timer is a number, without `unref`.
    const timer: { unref?(): void } = setTimeout(resolve, millis);
    if (!keepsAlive) timer.unref?.();
    end = () => {
      clearTimeout(timer as never);
      resolve();
    };
  });
  return { over, end };
};
