import { guard } from './guard.ts';

/**
 * Calls every function of a list and empties the list. If a function throws, the error is logged with `diag.error` and
 * the other functions still run.
 */
export function stopAll(stops: ((() => unknown) | undefined)[]): void {
  for (const stop of stops.splice(0)) if (stop) guard('stop', stop);
}
