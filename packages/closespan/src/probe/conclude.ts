import { findKnownLimit, type KnownLimit } from '@closespan/core/explain';
import { longestSilence } from './longest-silence.ts';
import type { PingPlan } from './plan-phases.ts';
import { cutSilence } from './plan-phases.ts';
import type { ProbedConnection } from './probe-connection.ts';

/**
 * Names a result of a probe. `refused`: no connection opened. `kept`: nothing cut the silent connection. `kept_busy`: nothing
 * cut it, and it was not silent. `at_once`: it ended right after it opened. `broken`, `flooded`, `interrupted`, `paused`:
 * the probe ended too early. `cut`: it was cut, and whether pings help is not known. `idle`: pings keep it. `age`: it is
 * cut at one age, with pings and without. `idle_and_age`: pings keep it beyond the silence, and it is cut later.
 * `irregular`: it ended sooner with pings. `dropped`: silence ends it unnoticed, and pings keep it. `dead`: it dies
 * unnoticed, also with pings. `no_pongs`: no ping ever had a pong.
 */
export type ConclusionKind =
  | 'refused'
  | 'kept'
  | 'kept_busy'
  | 'at_once'
  | 'broken'
  | 'flooded'
  | 'interrupted'
  | 'paused'
  | 'cut'
  | 'idle'
  | 'age'
  | 'idle_and_age'
  | 'irregular'
  | 'dropped'
  | 'dead'
  | 'no_pongs';

/** Conclusion from the connections of one probe. Times are seconds. */
export interface Conclusion {
  readonly kind: ConclusionKind;
  /** Time after which the connection is cut. `undefined` if no time was found. */
  readonly limit: number | undefined;
  /** Known limit that fits. `undefined` if none does. */
  readonly known: KnownLimit | undefined;
  /** Time between two pings that is proposed. `undefined` if pings would not help, or are not needed. */
  readonly heartbeat: number | undefined;
}

/** Share of its life for which a kept connection must have been silent, to count as silent. */
const LEAST_SILENT = 0.9;
const HELPED_BY_PINGS: readonly ConclusionKind[] = ['idle', 'idle_and_age', 'dropped'];
const NOTHING = { limit: undefined, known: undefined, heartbeat: undefined };

/**
 * Concludes from a silent connection, and from the one with pings that followed it.
 * @param plan plan of the pings; `undefined` if there was no such connection
 */
export function conclude(
  silent: ProbedConnection,
  plan: PingPlan | undefined,
  pinged: ProbedConnection | undefined,
): Conclusion {
  const { held } = silent;
  if (held && held.paused > 0) return { kind: 'paused', ...NOTHING };
  if (!held || !plan) return { kind: kindOfOne(silent), ...NOTHING };
  const kind = kindOfTwo(silent, pinged);
  const heartbeat = HELPED_BY_PINGS.includes(kind) ? plan.pingInterval / 1000 : undefined;
  if (silent.end === 'dead' || kind === 'irregular') return { kind, ...NOTHING, heartbeat };
  const isAge = kind === 'age';
  const limit = (isAge ? held.lifetime : cutSilence(held.traffic, held.lifetime)) / 1000;
  const known = findKnownLimit(limit, isAge ? 'age' : 'idle');
  return { kind, limit: known?.seconds ?? rounded(limit), known, heartbeat };
}

function kindOfOne(connection: ProbedConnection): ConclusionKind {
  const { end, held } = connection;
  if (end === 'kept' && held) {
    return longestSilence(connection) < held.lifetime * LEAST_SILENT ? 'kept_busy' : 'kept';
  }
  return end === 'cut' ? 'at_once' : end;
}

function kindOfTwo(silent: ProbedConnection, pinged: ProbedConnection | undefined): ConclusionKind {
  const { end, held } = pinged ?? {};
  if (!held || held.paused > 0) return 'cut';
  const wasDropped = silent.end === 'dead';
  if (end === 'kept') return wasDropped ? 'dropped' : 'idle';
  if (end === 'dead') return held.pings.answered === 0 ? 'no_pongs' : 'dead';
  if (end !== 'cut') return 'cut';
  if (wasDropped) return 'dead';
  const [first, second] = [agesOf(silent), agesOf(pinged)];
  // Some proxies look for old connections only every few seconds.
  const tolerance = Math.max(500, Math.min(10_000, first.most * 0.05));
  if (second.least > first.most + tolerance) return 'idle_and_age';
  return second.most < first.least - tolerance ? 'irregular' : 'age';
}

/** Returns the ages in milliseconds that a hop may have seen at the end: it may count from the request, or from the opening. */
function agesOf(connection: ProbedConnection | undefined): { readonly least: number; readonly most: number } {
  const { handshake = 0, held } = connection ?? {};
  const least = held?.lifetime ?? 0;
  return { least, most: least + handshake };
}

/** Rounds seconds to what people set: whole seconds from 10 s on, else tenths of a second. */
function rounded(seconds: number): number {
  return seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds);
}
