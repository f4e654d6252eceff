/** Time until undelivered spans are sent again, in milliseconds. The time doubles with each failure. */
const FIRST_PAUSE = 5000;
/** Longest time until undelivered spans are sent again, in milliseconds, if the collector asks for no longer time. */
const LONGEST_PAUSE = 30_000;
/** Longest time for which the collector can postpone undelivered spans (`Retry-After`), in milliseconds. */
const LONGEST_RETRY_AFTER = 300_000;

/**
 * Starts a wait of the given number of milliseconds. The wait does not keep a process alive. The second argument is
 * called at the end of the wait. Returns a function that ends the wait early, without this call.
 */
export type StartWait = (millis: number, over: () => void) => () => void;

/** Decides when undelivered spans are sent again. */
export interface RetrySchedule {
  /**
   * Starts the wait for the next try, in place of a wait that runs. After `stop` the call does nothing.
   * @param retryAfter time for which the collector asked to wait, in milliseconds
   */
  wait(retryAfter?: number): void;
  /** Ends a wait that runs, without a try. */
  end(): void;
  /** Notes whether a try has left no span. Each failure doubles the time until the next try. */
  note(isDone: boolean): void;
  /** Ends a wait that runs. No further wait starts. */
  stop(): void;
}

/**
 * Makes a schedule. Each wait has a random part, so that processes do not all send at one moment after the collector
 * was away.
 * @param tryAgain called at the end of each wait
 */
export function createRetrySchedule(startWait: StartWait, tryAgain: () => void): RetrySchedule {
  let pause = FIRST_PAUSE;
  /** Monotonic time in milliseconds until which the collector asked to wait. */
  let askedUntil = 0;
  let isStopped = false;
  let endWait: (() => void) | undefined;

  return {
    wait(retryAfter = 0) {
      endWait?.();
      if (isStopped) return;
      const now = performance.now();
      askedUntil = Math.max(askedUntil, now + Math.min(retryAfter, LONGEST_RETRY_AFTER));
      endWait = startWait(Math.max(pause * (0.8 + 0.4 * Math.random()), askedUntil - now), tryAgain);
    },
    end() {
      endWait?.();
    },
    note(isDone) {
      pause = isDone ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
    },
    stop() {
      isStopped = true;
      endWait?.();
    },
  };
}
