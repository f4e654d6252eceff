import type { SpanContext } from '@opentelemetry/api';
import { context, trace } from '@opentelemetry/api';

/** All that is held while a socket is open: no span, no timer. Times are monotonic milliseconds. */
export interface Connection {
  /** NaN when the connection was made before observation began. */
  readonly startedAt: number;
  /** `undefined` until the handshake succeeded; NaN when it did so before observation began. */
  openedAt: number | undefined;
  /** The span that was active at the start; only its ids, so that the span itself can be collected. */
  readonly creation: SpanContext | undefined;
  /** The first sign of closing; `undefined` before. */
  closing: Closing | undefined;
  /** Derived from the handshake where both ends know it; `undefined`: one is made up at the close. */
  connectionId: string | undefined;
}

/** Who began to close, when, and with which code where it was us. */
export interface Closing {
  readonly at: number;
  readonly by: 'local' | 'remote';
  readonly code: number | undefined;
}

/** Monotonic milliseconds. */
export const now: () => number = () => performance.now();

/** Starts to hold a connection, in the context of the code that makes it. */
export function trackConnection(active = context.active(), startedAt: number = now()): Connection {
  return {
    startedAt,
    openedAt: undefined,
    creation: trace.getSpanContext(active),
    closing: undefined,
    connectionId: undefined,
  };
}

/**
 * Notes the first sign of closing; later ones change nothing.
 * @returns what takes the note back, for a `close()` that turns out to throw
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
