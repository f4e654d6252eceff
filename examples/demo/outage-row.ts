import type { ReceivedOutage } from 'closespan/receiver';

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

/** A row from an outage as it arrived. */
export function outageRow({ span: { attributes, startTime, endTime } }: ReceivedOutage): OutageRow {
  return {
    path: String(attributes['url.path'] ?? ''),
    downtime: endTime - startTime,
    attempts: Number(attributes['websocket.reconnect.attempts']),
    cause: String(attributes['websocket.close.cause'] ?? ''),
  };
}
