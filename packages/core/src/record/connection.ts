import type { Context, SpanContext } from '@opentelemetry/api';
import { activeContext, isSuppressed, spanContextOf } from '../registered-api.ts';
import type { CloseNote } from './close-note.ts';

/**
 * Holds everything that closespan remembers of a connection while its socket is open. An open connection has no span
 * and no timer. Times are monotonic milliseconds.
 *
 * ```
 * trackConnection        open            noteCloseStart        recorder.record(connection, facts)
 *        │                 │                    │                         │
 *    startedAt          openedAt           closing.at                  closedAt
 *        ├── handshake ────┼──── messages ──────┼── closing handshake ────┤   an end closed the connection
 *        ├── handshake ────┼──── messages ────────────────────────────────┤   the transport was lost
 *        ├── handshake ───────────────────────────────────────────────────┤   the handshake failed
 * ```
 */
export interface Connection {
  /** Time of construction, in monotonic milliseconds. NaN if the connection was made before observation began. */
  readonly startedAt: number;
  /**
   * Time of `open`, in monotonic milliseconds. `undefined` until the handshake has succeeded. NaN if the handshake
   * succeeded before observation began.
   */
  openedAt: number | undefined;
  /**
   * Ids of the span that was active when the connection was made. The span itself is not kept, so that its memory can
   * be freed.
   */
  readonly creation: SpanContext | undefined;
  /** First sign that the connection closes. `undefined` before such a sign. */
  closing: Closing | undefined;
  /**
   * Id of the connection: 16 hexadecimal digits, derived from the handshake or passed with the socket. Otherwise random
   * digits, which only this end knows.
   */
  connectionId: string;
  /** Notes of the app about the connection. Absent before the first note. */
  note?: CloseNote;
}

/** First sign that a connection closes. */
export interface Closing {
  /** Time at which the connection first showed that it closes, in monotonic milliseconds. */
  readonly at: number;
  /**
   * The end that closed first: `local` if the app's call closed the connection, `remote` if the peer sent a Close
   * frame.
   */
  readonly by: 'local' | 'remote';
  /**
   * Value that the app passed to `close(code)`, such as 4000 or the text `4000`. `undefined` if the app passed no code, or
   * if the peer closed first.
   */
  code: unknown;
  /**
   * Reason that the app passed to `close(code, reason)`. `undefined` if the app passed none, or if the peer closed
   * first.
   */
  readonly reason?: string | undefined;
}

/**
 * Returns the time in monotonic milliseconds, from a clock that never jumps. Some systems stop this clock while the
 * device sleeps. A scope without `performance` has only the wall clock, in epoch milliseconds, which may jump.
 */
export function now(): number {
  // Alike as `wallNow`: a function that makes both clocks is more code in a page.
  try {
    const time = performance.now();
    if (time >= 0) return time;
  } catch {
    // A fake of a test may throw, or return no number, as may a scope that lacks the clock.
  }
  // biome-ignore lint/complexity/useDateNow: it may be the fake
  return +new Date();
}

/** Returns the time in epoch milliseconds. */
export function wallNow(): number {
  try {
    const time = Date.now();
    if (time >= 0) return time;
  } catch {
    // As in `now`.
  }
  // biome-ignore lint/complexity/useDateNow: it may be the fake
  return +new Date();
}

/** Returns 16 hexadecimal digits that no other connection is likely to have: 52 random bits and zeros. */
function someId(): string {
  return Math.random().toString(16).slice(2).padEnd(16, '0');
}

/** Starts to track a new connection, with the ids of the span in the active context. */
export function trackConnection(active = activeContext(), startedAt: number = now()): Connection {
  return markSuppressed(active, {
    startedAt,
    openedAt: undefined,
    creation: spanContextOf(active),
    closing: undefined,
    connectionId: someId(),
  });
}

/**
 * Connections that were made in a context of `suppressTracing()`, such as the connections of an exporter that uses
 * WebSockets. `undefined` before the first one: in most apps a close then needs no look into the set.
 */
let suppressed: WeakSet<Connection> | undefined;

/** Marks a connection that gets no record, if its context is one of `suppressTracing()`. Returns the connection. */
export function markSuppressed<C extends Connection>(active: Context | undefined, connection: C): C {
  if (isSuppressed(active)) {
    suppressed ??= new WeakSet();
    suppressed.add(connection);
  }
  return connection;
}

/**
 * Returns whether a connection gets no record. Otherwise each record of an exporter's connection would cause another
 * record.
 */
export function isUnrecorded(connection: Connection): boolean {
  return suppressed?.has(connection) === true;
}

/**
 * Notes the first sign that a connection closes. A later sign changes nothing.
 * @returns a function that removes the note, for a `close()` that throws; `undefined` if nothing was noted
 */
export function noteCloseStart(
  connection: Connection,
  by: Closing['by'],
  code?: unknown,
  reason?: string,
): (() => void) | undefined {
  if (connection.closing) return undefined;
  connection.closing = { at: now(), by, code, reason };
  return () => {
    connection.closing = undefined;
  };
}
