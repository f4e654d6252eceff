import type { PendingClose } from './close-facts.ts';
import { setRecent } from './recent-keys.ts';
import { cut, LONGEST_URL } from './text-limits.ts';

/** Kind of a time limit. */
type Kind = 'idle' | 'age';
/** Shortest and longest duration of some losses, in seconds. Infinite before the first loss. */
type Range = [shortest: number, longest: number];

/** Loss of a connection, with the durations of the losses around it. Times are milliseconds, durations are seconds. */
interface Loss extends Readonly<Record<Kind, number>> {
  /** Monotonic time of the loss. */
  readonly at: number;
  /** Durations of the losses of the same host within one second. */
  readonly others: Readonly<Record<Kind, Range>>;
}

/** Finds out which losses of one host came at one moment. */
export interface LossNeighbours {
  /** Notes a close at the time of the close, before the record is made. Does nothing if the close is no loss. */
  note(closed: PendingClose, idle: number): void;
  /**
   * Returns whether another loss of the same host, at most a second earlier or later, does not fit a time limit.
   * @param fits returns whether a duration in seconds fits the limit
   */
  disagree(closed: PendingClose, kind: Kind, fits: (seconds: number) => boolean): boolean;
}

/** Number of hosts whose losses are remembered. The host without a loss for the longest time is forgotten first. */
const MOST_HOSTS = 500;
/** Number of losses that are compared with the next loss of the same host. */
const MOST_LOSSES = 20;
/** Milliseconds within which losses are of one moment. */
const MOMENT = 1000;
/** Scheme and user info before the host of a URL, and everything after the host. */
const AROUND_HOST = /^[a-z]+:\/\/(?:[^/?#]*@)?|[/?#].*/gis;

/**
 * Compares losses at the time of the loss. Records are made later and in groups, so that the record of the first loss
 * is made when later losses are known.
 */
export function createLossNeighbours(): LossNeighbours {
  const hosts = new Map<string, Loss[]>();
  // Facts stay the same object in the queue. What was noted is forgotten together with the facts.
  const noted = new WeakMap<object, Loss>();

  return {
    note(closed, idle) {
      if (!mayBeLoss(closed)) return;
      const { connection, facts, closedAt: at } = closed;
      const age = (at - (connection.openedAt ?? Number.NaN)) / 1000;
      const loss: Loss = { at, idle, age, others: { idle: emptyRange(), age: emptyRange() } };
      const host = `${facts.kind} ${hostOf(facts.url)}`;
      const recent = (hosts.get(host) ?? []).filter((other) => Math.abs(at - other.at) <= MOMENT);
      for (const other of recent) compare(loss, other);
      recent.push(loss);
      if (recent.length > MOST_LOSSES) recent.shift();
      setRecent(hosts, host, recent, MOST_HOSTS);
      noted.set(facts, loss);
    },
    disagree({ facts }, kind, fits) {
      const durations = noted.get(facts)?.others[kind] ?? [];
      return durations.some((seconds) => Number.isFinite(seconds) && !fits(seconds));
    },
  };
}

/** Says whether a close looks like the loss of an open connection, or has the 1001 of a server. */
function mayBeLoss({ connection: { openedAt, closing }, facts, outage }: PendingClose): boolean {
  const { kind, code, wasClean, cause, initiator } = facts;
  if (outage || openedAt === undefined || cause || (closing?.by ?? initiator) === 'local') return false;
  // Pages that are left at one moment say nothing of a connection that is lost then.
  return code === 1006 || (code === 1001 && kind === 'client') || (code === 0 && !wasClean);
}

/** Returns host and port of a URL. A library may pass any value. */
function hostOf(url: unknown): string {
  return typeof url === 'string' ? cut(url, LONGEST_URL).replace(AROUND_HOST, '') : '';
}

function emptyRange(): Range {
  return [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
}

/** Adds the durations of two losses to what each knows of the other. */
function compare(one: Loss, other: Loss): void {
  for (const kind of ['idle', 'age'] as const) {
    widen(one.others[kind], other[kind]);
    widen(other.others[kind], one[kind]);
  }
}

/** Widens a range to a duration. NaN, a duration that is not known, changes nothing. */
function widen(range: Range, seconds: number): void {
  if (seconds < range[0]) range[0] = seconds;
  if (seconds > range[1]) range[1] = seconds;
}
