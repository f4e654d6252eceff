import type { CloseRecord } from './close-record.ts';
import { KNOWN_IDLE_LIMITS } from './known-idle-limits.ts';
import { setRecent } from './recent-keys.ts';

/** Time limit of a proxy, or of another hop, that fits the end of a connection. */
export interface CloseLimit {
  /** Length of the limit in seconds. */
  readonly seconds: number;
  /** `idle`: a limit of the time without a byte. `age`: a limit of the connection's whole life. */
  readonly kind: 'idle' | 'age';
}

/** End of a connection that nobody on this end brought about. Durations are seconds. */
interface Loss {
  /** Time of the end, in epoch milliseconds. */
  readonly at: number;
  /** Time without a byte in either direction before the end; NaN if this time is not known. */
  readonly idle: number;
  /** Time from open to the end; NaN if this time is not known. */
  readonly age: number;
}

/**
 * Finds the time limit that fits a record.
 * @param idle time without a byte before the end, in seconds. `undefined` if not known
 * @param disagrees returns whether another loss at the same moment does not fit a limit
 */
type FindLimit = (
  record: CloseRecord,
  idle: number | undefined,
  disagrees: (limit: CloseLimit) => boolean,
) => CloseLimit | undefined;

/** Number of hosts whose losses are remembered. The host without a loss for the longest time is forgotten first. */
const MOST_HOSTS = 500;
/** Number of losses that are remembered for each host. */
const MOST_LOSSES = 20;
/** Number of earlier losses that must be alike, so that a limit is concluded. */
const FEWEST_ALIKE = 3;
/** Shortest idle limit that is concluded from losses alone, in seconds. */
const SHORTEST_IDLE = 2;
/**
 * Shortest limit of a whole life that is concluded, in seconds. Google Cloud's load balancers cut WebSocket connections
 * after 30 s by default. Many scripts and tests live for a few seconds, and equally long.
 */
const SHORTEST_AGE = 30;
/** Shortest known limit that one loss is enough for, in seconds. */
const SHORTEST_KNOWN = 20;
/** Milliseconds over which losses must spread. Losses of one moment have one cause, such as a crash, and prove no limit. */
const SHORTEST_SPREAD = 1000;

/**
 * Returns how much a duration may differ from a time limit, in seconds: 2 %, at least 0.2 s and at most 1.5 s. No
 * runtime measures more exactly than a few tenths of a second.
 */
function limitTolerance(seconds: number): number {
  return Math.max(0.2, Math.min(1.5, seconds * 0.02));
}

/**
 * Makes a function that finds the time limit of a proxy which has ended a connection. The function remembers the last 20
 * losses of at most 500 hosts.
 * @param shortestAge shortest limit of a whole life that is found, in seconds. @defaultValue 30
 * @returns a function to call once for each record. The function returns `undefined` if no limit fits
 */
export function createCloseLimits(shortestAge = SHORTEST_AGE): FindLimit {
  const hosts = new Map<string, Loss[]>();
  const shortest = { idle: SHORTEST_IDLE, age: shortestAge };

  function lossesOf({ kind, endpoint: { address, port } }: CloseRecord): Loss[] {
    const host = `${kind} ${address} ${port}`;
    const losses = hosts.get(host) ?? [];
    setRecent(hosts, host, losses, MOST_HOSTS);
    return losses;
  }

  return (record, idle = Number.NaN, disagrees) => {
    if (!isLoss(record)) return undefined;
    const losses = lossesOf(record);
    const { closeTime: at, connectionDuration = Number.NaN } = record;
    const loss = { at, idle, age: connectionDuration / 1000 };
    const limits: CloseLimit[] = [
      { seconds: knownLimit(idle), kind: 'idle' },
      { seconds: learnedLimit(loss, losses, 'idle', shortest.idle), kind: 'idle' },
      { seconds: learnedLimit(loss, losses, 'age', shortest.age), kind: 'age' },
    ];
    losses.push(loss);
    if (losses.length > MOST_LOSSES) losses.shift();
    return limits.find((limit) => limit.seconds > 0 && !disagrees(limit));
  };
}

/**
 * Says whether an open connection ended without a Close frame, or at a client with the 1001 that some proxies and
 * servers send. At a server 1001 is what a browser sends when a page is left (RFC 6455 §7.4.1).
 */
export function isLoss({
  kind,
  handshakeSucceeded,
  cause,
  code,
}: Pick<CloseRecord, 'kind' | 'handshakeSucceeded' | 'cause' | 'code'>): boolean {
  if (!handshakeSucceeded) return false;
  if (cause === 'remote_close') return kind === 'client' && code === 1001;
  return cause === 'connection_lost' || cause === 'connection_reset';
}

/** Returns the known limit that fits a time without bytes; NaN if none fits. */
function knownLimit(idle: number): number {
  return KNOWN_IDLE_LIMITS.find((limit) => limit >= SHORTEST_KNOWN && isAlike(idle, limit)) ?? Number.NaN;
}

/** Returns the limit that a loss and earlier losses of the same host have in common; NaN if there is none. */
function learnedLimit(
  loss: Loss,
  losses: readonly Loss[],
  kind: CloseLimit['kind'],
  shortest: number,
): number {
  const alike = losses.filter((earlier) => isAlike(earlier[kind], loss[kind]));
  const times = [loss, ...alike].map(({ at }) => at);
  if (alike.length < FEWEST_ALIKE || Math.max(...times) - Math.min(...times) < SHORTEST_SPREAD)
    return Number.NaN;
  const mean = [loss, ...alike].reduce((sum, one) => sum + one[kind], 0) / times.length;
  // Long limits are set in whole seconds.
  const whole = Math.round(mean);
  const limit = mean >= 10 && isAlike(mean, whole) ? whole : Math.round(mean * 10) / 10;
  return limit >= shortest ? limit : Number.NaN;
}

/** Says whether a duration fits a time limit. Both are seconds. */
export function isAlike(seconds: number, limit: number): boolean {
  return Math.abs(seconds - limit) <= limitTolerance(limit);
}
