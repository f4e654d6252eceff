import type { Context, SpanContext } from '@opentelemetry/api';
import { activeContext, isSuppressed, spanContextOf } from '../registered-api.ts';

/**
 * Holds all that is remembered of a connection while its socket is open: no span and no timer. Times are monotonic
 * milliseconds.
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
  /** Time of construction; NaN when the connection was made before observation began. */
  readonly startedAt: number;
  /** Time of `open`; `undefined` until the handshake has succeeded, NaN when it did so before observation began. */
  openedAt: number | undefined;
  /** Ids of the span that was active at the start. The span itself is not held, so that memory for it can be freed. */
  readonly creation: SpanContext | undefined;
  /** First sign of closing; `undefined` before. */
  closing: Closing | undefined;
  /**
   * 16 hexadecimal digits, derived from the handshake where both ends know it. `undefined`: the record gets a random
   * id.
   */
  connectionId: string | undefined;
}

/** First sign that a connection closes. */
export interface Closing {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** The end that closed first: `local` by a call of the app, `remote` by a Close frame of the peer. */
  readonly by: 'local' | 'remote';
  /**
   * Code that the app passed to `close(code)`; `undefined` where the app passed none, or where the peer closed first.
   */
  readonly code: number | undefined;
}

/** Returns monotonic milliseconds: a clock that never steps, and that some systems stop while the device sleeps. */
export const now: () => number = () => performance.now();

/** Starts to track a connection, within the context that is active where the connection is made. */
export function trackConnection(active = activeContext(), startedAt: number = now()): Connection {
  return markSuppressed(active, {
    startedAt,
    openedAt: undefined,
    creation: spanContextOf(active),
    closing: undefined,
    connectionId: undefined,
  });
}

/** Connections that were made in a context of `suppressTracing()`, as those of an exporter over WebSockets. */
const suppressed = new WeakSet<Connection>();

/** Marks a connection that leaves no record, since the context in which the connection is made is suppressed. */
export function markSuppressed<C extends Connection>(active: Context | undefined, connection: C): C {
  if (isSuppressed(active)) suppressed.add(connection);
  return connection;
}

/** Returns whether a connection leaves no record. Each record of an exporter's own connection would make another. */
export function isUnrecorded(connection: Connection): boolean {
  return suppressed.has(connection);
}

/**
 * Notes the first sign of closing; a later sign changes nothing.
 * @returns a function that takes the note back, for a `close()` that throws; `undefined` where nothing was noted
 */
export function noteCloseStart(
  connection: Connection,
  by: Closing['by'],
  code?: number,
): (() => void) | undefined {
  if (connection.closing) return undefined;
  connection.closing = { at: now(), by, code };
  return () => {
    connection.closing = undefined;
  };
}
