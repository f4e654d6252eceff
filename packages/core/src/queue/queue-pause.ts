/** A time in which the queue rests. */
export interface QueuePause {
  /** Resolves when the pause is over. */
  readonly over: Promise<void>;
  /** Cuts the pause short, since somebody waits for the queue. */
  end(): void;
}

/** Starts a pause of some milliseconds. The pause does not keep alive a process that has nothing else to do. */
export type StartPause = (millis: number) => QueuePause;
