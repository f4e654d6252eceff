import type { ProbedConnection } from './probe-connection.ts';

/** Returns the longest time of a connection without a byte in either direction, in milliseconds. */
export function longestSilence({ held }: ProbedConnection): number {
  return Math.max(held?.traffic.lastSilence ?? 0, held?.traffic.longestSilence ?? 0);
}
