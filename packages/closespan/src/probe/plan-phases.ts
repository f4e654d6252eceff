import type { ProbedConnection } from './probe-connection.ts';
import type { ProbeOptions } from './probe-options.ts';

/** Connection with pings that follows a silent one. Times are milliseconds. */
export interface PingPlan {
  readonly pingInterval: number;
  /** Whether a first ping without a pong already ends the connection. */
  readonly needsPongs: boolean;
  readonly longest: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Lifetime from which an end can be that of a time limit, in milliseconds. */
const SHORTEST_LIMIT = 500;
/** Time between two pings after a silent connection that died unnoticed, so that its limit is not known. */
const USUAL_INTERVAL = 30 * SECOND;

/** Returns for how long a connection with pings is held at most, after a silent one that lived for a time. */
export function longestWithPings(lifetime: number): number {
  const longest = Math.min(2.5 * lifetime, lifetime + 10 * MINUTE);
  // A plan of whole seconds reads better.
  return longest < 10 * SECOND ? longest : Math.ceil(longest / SECOND) * SECOND;
}

/** Returns how long a pong may take: as long as the silent connection, within 3 and 10 seconds. */
export function pongTimeout({ silentFor }: ProbeOptions): number {
  return Math.max(3 * SECOND, Math.min(10 * SECOND, silentFor));
}

/** Returns the longest time of a probe, without the handshakes and the waits for pongs. */
export function longestProbe({ silentFor }: ProbeOptions): number {
  return silentFor + longestWithPings(silentFor);
}

/**
 * Plans the connection with pings: half of the silence that was cut lies between two pings.
 * @returns `undefined` if pings could show nothing, as after a refused handshake
 */
export function planPings(
  { end, held }: ProbedConnection,
  { silentFor }: ProbeOptions,
): PingPlan | undefined {
  if (!held || held.paused > 0) return undefined;
  if (end === 'dead') {
    const pingInterval = Math.min(USUAL_INTERVAL, roundedDown(silentFor / 4));
    return { pingInterval, needsPongs: true, longest: longestWithPings(silentFor) };
  }
  if (end !== 'cut' || held.lifetime < SHORTEST_LIMIT) return undefined;
  const silence = cutSilence(held.traffic, held.lifetime);
  return {
    pingInterval: roundedDown(silence / 2),
    needsPongs: false,
    longest: longestWithPings(held.lifetime),
  };
}

/**
 * Returns the silence that may have brought about a cut, in milliseconds: the time without a byte before the cut, or the
 * connection's whole life if it had outlived a longer silence before.
 */
export function cutSilence(
  { lastSilence, longestSilence }: { readonly lastSilence: number; readonly longestSilence: number },
  lifetime: number,
): number {
  return lastSilence >= longestSilence ? lastSilence : lifetime;
}

/** Rounds a time down to what people set: whole seconds from 10 s on, else tenths of a second. */
function roundedDown(time: number): number {
  const step = time >= 10 * SECOND ? SECOND : 100;
  return Math.max(250, Math.floor(time / step) * step);
}
