import { type CloseRecord, instrumentWebSockets } from '@closespan/node';

/** Gives the records of the closes of this process. */
export interface CloseObserver {
  /** Returns the record of the connection that has just ended; `undefined` if there is none. */
  takeRecord(): Promise<CloseRecord | undefined>;
  stop(): Promise<void>;
}

/** Longest wait for a record, in milliseconds. */
const TIMEOUT = 1000;

/**
 * Starts to observe the sockets of this process. Nothing is exported: a close of a probe is no close of an app. An
 * observation that `NODE_OPTIONS` has started ends here, since only one can run.
 */
export async function observeCloses(): Promise<CloseObserver> {
  await instrumentWebSockets({ otlp: false }).shutdown({ timeout: TIMEOUT });
  let newest: CloseRecord | undefined;
  const handle = instrumentWebSockets({
    otlp: false,
    wire: false,
    propagateContext: false,
    exitSignals: [],
    closeHook: (record) => {
      newest = record;
    },
  });
  return {
    async takeRecord() {
      await handle.forceFlush({ timeout: TIMEOUT });
      const record = newest;
      newest = undefined;
      return record;
    },
    stop: () => handle.shutdown({ timeout: TIMEOUT }),
  };
}
