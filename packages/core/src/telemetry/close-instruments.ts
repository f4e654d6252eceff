import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import {
  METRIC_WEBSOCKET_CLIENT_CLOSES,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION,
  METRIC_WEBSOCKET_SERVER_CLOSES,
  METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
  METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION,
} from '../semconv.ts';

/** Metric instruments for connections of one kind: of clients or of servers. */
export interface CloseInstruments {
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
/** Makes the metric instruments for connections of clients and of servers. */
export function createCloseInstruments(
  meter: Meter,
): Readonly<Record<'client' | 'server', CloseInstruments>> {
  return {
    client: createInstruments(
      meter,
      METRIC_WEBSOCKET_CLIENT_CLOSES,
      METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
      METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION,
    ),
    server: createInstruments(
      meter,
      METRIC_WEBSOCKET_SERVER_CLOSES,
      METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
      METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION,
    ),
  };
}

function createInstruments(
  meter: Meter,
  closes: string,
  connection: string,
  handshake: string,
): CloseInstruments {
  return {
    closes: meter.createCounter(closes, { unit: '{close}', description: 'Closed WebSocket connections' }),
    connectionDuration: meter.createHistogram(connection, {
      unit: 's',
      description: 'Time from open to close',
      advice: { explicitBucketBoundaries: CONNECTION_BUCKETS },
    }),
    handshakeDuration: meter.createHistogram(handshake, {
      unit: 's',
      description: 'Time from construction to open, or to failure',
      advice: { explicitBucketBoundaries: HANDSHAKE_BUCKETS },
    }),
  };
}
