/** Set of the requests and pauses of unfinished exports, which can be cancelled together. */
export interface RunningExports {
  /**
   * Adds a function that cancels one request or pause. Returns a function that removes the added function from the set.
   * While exports are cancelled, `cancel` is called at once.
   */
  add(cancel: () => void): () => void;
  /** Cancels all requests and pauses. Later ones are cancelled, too, until `allow` is called. */
  cancel(): void;
  /** Allows later exports after a call of `cancel`. */
  allow(): void;
}

/** Makes an empty set of unfinished exports. */
export function createRunningExports(): RunningExports {
  const running = new Set<() => void>();
  let isCancelled = false;
  return {
    add(cancel) {
      running.add(cancel);
      if (isCancelled) cancel();
      return () => void running.delete(cancel);
    },
    cancel() {
      isCancelled = true;
      for (const cancel of running) cancel();
    },
    allow() {
      isCancelled = false;
    },
  };
}
