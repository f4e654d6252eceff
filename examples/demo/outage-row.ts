import type { ReceivedSpan } from '@closespan/testing';

/** An outage of a client, as the demo shows it. */
export interface OutageRow {
  readonly path: string;
  /** Milliseconds from the loss of a connection to the next opening. */
  readonly downtime: number;
  /** Number of connections that were begun meanwhile. */
  readonly attempts: number;
  /** Cause of the loss. */
  readonly cause: string;
}

/** Name of the span of an outage. */
const NAME = 'websocket.reconnect';

/** Returns the outages among spans that have arrived. */
export function outagesOf(spans: readonly ReceivedSpan[]): OutageRow[] {
  return spans
    .filter(({ name }) => name === NAME)
    .map(({ attributes, startTime, endTime }) => ({
      path: String(attributes['url.path'] ?? ''),
      downtime: endTime - startTime,
      attempts: Number(attributes['websocket.reconnect.attempts']),
      cause: String(attributes['websocket.close.cause'] ?? ''),
    }));
}

/** Returns the spans that are no outages: those of closes. */
export function closesOf(spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  return spans.filter(({ name }) => name !== NAME);
}
