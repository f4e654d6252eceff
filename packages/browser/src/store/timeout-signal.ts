/**
 * Returns a signal that aborts after a number of milliseconds. Neither zone.js nor fake timers replace the clock of the
 * signal. Returns `undefined` if the scope has no `AbortSignal.timeout` (DOM § Interface AbortSignal).
 */
export function timeoutSignal(millis: number): AbortSignal | undefined {
  try {
    return AbortSignal.timeout(millis);
  } catch {
    return undefined;
  }
}
