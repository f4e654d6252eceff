/** The requests and pauses of the exports that are on their way. */
export interface RunningExports {
  /** Adds what ends one request or pause; returns a function that takes it off. Called at once while cancelled. */
  add(cancel: () => void): () => void;
  /** Ends everything that is on its way, and until `allow` what follows. */
  cancel(): void;
  /** Lets exports go again. */
  allow(): void;
}

/** Makes an empty set of running exports. */
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
