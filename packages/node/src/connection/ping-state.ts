import { now } from '@closespan/core/platform';
import { OverlappingPings } from './overlapping-pings.ts';

/** Stands for a round trip that is not known. */
const UNKNOWN = -1;
/** Round trip that is expected of a peer that has not answered a ping yet, in tenths of a millisecond. */
const FIRST_ROUND_TRIP = 200;
/** Time by which any pong may be late, in tenths of a millisecond. */
const JITTER = 200;
/** Time after which an unanswered ping may be overdue, also if pings are far apart, in tenths of a millisecond. */
const LONG = 10_000;
/** Time after which the first ping may be overdue, in tenths of a millisecond. Few networks need longer for a round trip. */
const LONG_AT_FIRST = 2000;

/** The one unanswered ping of a connection. It was sent last. */
interface UnansweredPing {
  /** Number of the payload, from `payloadNumber`. */
  readonly payload: number;
  /** Time between this ping and the one before. */
  readonly interval: number;
}

/**
 * Remembers the pings that an app has sent over one connection. A connection without a ping has no such object. Times
 * are tenths of a millisecond: a small integer takes a third of the memory of a fraction. A fact that counts only while
 * a ping is unanswered is held only so long.
 */
export class PingState {
  /** Handshake of the connection, in whose place the pings are kept. */
  handshake: object | undefined;
  /** Time of the last ping; before the first ping, the time at which the connection opened. */
  #sentAt: number;
  /** The unanswered ping, or the unanswered pings if there are several; `undefined` if there is none. */
  #pending: UnansweredPing | OverlappingPings | undefined;
  /** Last round trip. */
  #roundTrip = UNKNOWN;

  /**
   * Makes the state of a connection that is about to send its first ping.
   * @param openedAt time at which the connection opened, in monotonic milliseconds; NaN if not known
   */
  constructor(openedAt: number) {
    this.#sentAt = Number.isNaN(openedAt) ? (ticks() - 2 * LONG) | 0 : ticks(openedAt);
  }

  /** Number of pings that have no pong. */
  get unanswered(): number {
    if (this.#pending instanceof OverlappingPings) return this.#pending.unanswered;
    return this.#pending ? 1 : 0;
  }

  /** Last round trip in milliseconds; `undefined` if none was measured. */
  get roundTrip(): number | undefined {
    return this.#roundTrip === UNKNOWN ? undefined : this.#roundTrip / 10;
  }

  /**
   * Whether a ping has been unanswered for clearly longer than the last one. So a `close()` or `terminate()` that
   * follows is likely to be due to the ping, and not to happen by chance while the pong is on its way. Either nearly the
   * whole time between two pings has passed, or a second and twice the last round trip. If no round trip is known, a
   * fifth of a second is enough.
   */
  get isOverdue(): boolean {
    const pending = this.#pending;
    const oldest = pending instanceof OverlappingPings ? pending.oldest : this.#sentAt;
    if (!pending || oldest === undefined) return false;
    const { interval } = pending;
    const waited = since(oldest);
    const usual = this.#roundTrip === UNKNOWN ? FIRST_ROUND_TRIP : this.#roundTrip;
    // Pings that follow each other faster than pongs can come are no heartbeat, whose next ping is due.
    const isHeartbeat = interval > 2 * usual + JITTER;
    const isNextDue = isHeartbeat && waited >= 0.8 * interval && waited > 1.1 * usual + JITTER;
    const patience = this.#roundTrip === UNKNOWN ? LONG_AT_FIRST : LONG;
    return isNextDue || (waited >= patience && waited > 2 * usual);
  }

  /** Notes a ping that is being sent. */
  noteSent(payload: number): void {
    const at = ticks();
    const interval = since(this.#sentAt);
    const pending = this.#pending;
    if (!pending) this.#pending = { payload, interval };
    else {
      const several =
        pending instanceof OverlappingPings
          ? pending
          : new OverlappingPings({ payload: pending.payload, at: this.#sentAt });
      several.noteSent({ payload, at }, interval);
      this.#pending = several;
    }
    this.#sentAt = at;
  }

  /**
   * Notes a pong. A pong that answers no ping changes nothing (RFC 6455 §5.5.3).
   * @returns the round trip in milliseconds; `undefined` if nobody can know which ping the pong answers
   */
  notePong(payload: number): number | undefined {
    const pending = this.#pending;
    let sentAt: number | undefined;
    if (pending instanceof OverlappingPings) {
      sentAt = pending.notePong(payload);
      if (pending.isOver) this.#pending = undefined;
    } else if (pending?.payload === payload) {
      sentAt = this.#sentAt;
      this.#pending = undefined;
    }
    if (sentAt === undefined) return undefined;
    this.#roundTrip = since(sentAt);
    return this.#roundTrip / 10;
  }
}

/** Returns a monotonic time as an integer of 32 bits, which starts again after five days. */
function ticks(millis: number = now()): number {
  return Math.round(millis * 10) | 0;
}

function since(earlier: number): number {
  return (ticks() - earlier) | 0;
}
