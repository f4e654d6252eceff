/** A time in which the queue does nothing. */
export interface QueuePause {
  readonly over: Promise<void>;
  /** Somebody waits: it is over now. */
  end(): void;
}

/** Starts a pause in which a process that has nothing else to do may end. */
export type StartPause = (millis: number) => QueuePause;
