import { guard } from './guard.ts';

/** Runs every function of a list and empties the list. One that throws costs a `diag.error`, and the others still run. */
export function stopAll(stops: ((() => unknown) | undefined)[]): void {
  for (const stop of stops.splice(0)) if (stop) guard('stop', stop);
}
