import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import {
  METRIC_WEBSOCKET_CLIENT_CLOSES,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION,
  METRIC_WEBSOCKET_CLIENT_RECONNECT_DOWNTIME,
  METRIC_WEBSOCKET_SERVER_CLOSES,
  METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
  METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION,
} from '../semconv.ts';

/** Metric instruments for connections of one kind: of clients or of servers. */
interface CloseInstruments {
  /** Counter of closed connections. */
  readonly closes: Counter;
  /** Histogram of the time from open to close, in seconds. */
  readonly connectionDuration: Histogram;
  /** Histogram of the time from construction to open, or to failure, in seconds. */
  readonly handshakeDuration: Histogram;
}

/** Bucket edges for the duration of connections, in seconds. Some edges are the idle limits of common proxies. */
const CONNECTION_BUCKETS = [
  0.1, 1, 5, 15, 30, 45, 60, 75, 100, 120, 300, 360, 600, 1800, 3600, 7200, 14400, 43200, 86400,
];
/** Bucket edges for the duration of handshakes, in seconds. */
const HANDSHAKE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Bucket edges for the time from a loss to the next opening, in seconds. */
const DOWNTIME_BUCKETS = [0.1, 1, 5, 15, 30, 45, 60, 120, 300, 600, 1800, 3600];

/** Metric instruments of a meter. */
export interface Instruments {
  readonly client: CloseInstruments;
  readonly server: CloseInstruments;
  /** Histogram of the time from a loss to the opening that ends the outage, in seconds. */
  readonly reconnectDowntime: Histogram;
}

/** Makes the metric instruments for connections of clients and of servers. */
export function createCloseInstruments(meter: Meter): Instruments {
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries } });
  const instruments = (closes: string, connection: string, handshake: string): CloseInstruments => ({
    closes: meter.createCounter(closes, { unit: '{close}', description: 'Closed WebSocket connections' }),
    connectionDuration: histogram(connection, 'Time from open to close', CONNECTION_BUCKETS),
    handshakeDuration: histogram(
      handshake,
      'Time from construction to open, or to failure',
      HANDSHAKE_BUCKETS,
    ),
  });
  return {
    client: instruments(
      METRIC_WEBSOCKET_CLIENT_CLOSES,
      METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
      METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION,
    ),
    server: instruments(
      METRIC_WEBSOCKET_SERVER_CLOSES,
      METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
      METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION,
    ),
    reconnectDowntime: histogram(
      METRIC_WEBSOCKET_CLIENT_RECONNECT_DOWNTIME,
      'Time from a loss to the next opening',
      DOWNTIME_BUCKETS,
    ),
  };
}
