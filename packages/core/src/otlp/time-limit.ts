/** A limit for the time of some work in a page. */
export interface TimeLimit {
  /** Aborts at the limit. `undefined` if the scope has no `AbortSignal.timeout` (DOM § Interface AbortSignal). */
  readonly signal: AbortSignal | undefined;
  /** Rejects at the limit. Work that pays no heed to the signal, such as a patched `fetch`, is raced with this promise. */
  readonly over: Promise<never>;
}

/** Starts a time limit of a number of milliseconds. */
export function startTimeLimit(millis: number): TimeLimit {
  const signal = signalAfter(millis);
  const over = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new Error('no response in time'));
    if (signal) signal.addEventListener('abort', end);
    else globalThis.setTimeout?.(end, millis);
  });
  // Nobody may wait any more.
  over.catch(() => {});
  return { signal, over };
}

/** Neither zone.js nor fake timers replace the clock of such a signal. */
function signalAfter(millis: number): AbortSignal | undefined {
  try {
    return AbortSignal.timeout(Math.ceil(millis));
  } catch {
    return undefined;
  }
}
