import { guard } from './guard.ts';

/** Runs every function of a list and empties the list. One that throws costs a `diag.error`; the others still run. */
export function stopAll(stops: (() => unknown)[]): void {
  for (const stop of stops.splice(0)) guard('stop', stop);
}
