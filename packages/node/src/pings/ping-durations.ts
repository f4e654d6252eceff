import {
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  METRIC_WEBSOCKET_CLIENT_PING_DURATION,
  METRIC_WEBSOCKET_SERVER_PING_DURATION,
} from '@closespan/core';
import {
  type Connection,
  createEndpointParser,
  guard,
  isUnrecorded,
  type LabelLimits,
  type Labelled,
  overSocket,
} from '@closespan/core/platform';
import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { OpenFacts } from '../connection/open-walk.ts';
import { createSharedValues } from '../connection/shared-values.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { watchMeters } from '../pipeline/meter-watchers.ts';

/** Measures the round trips of the app's pings. */
export interface PingDurations {
  /**
   * Adds a round trip to the metric.
   * @param roundTrip time from a ping to its pong, in milliseconds
   */
  measure(connection: Connection, facts: OpenFacts, roundTrip: number): void;
}

/** Labels of the round trips to one server. */
interface Place {
  /** Text that no other place has. */
  readonly key: string;
  readonly labels: Attributes;
  readonly labelled: Labelled;
}

type Kind = OpenFacts['kind'];

/** Bucket edges for round trips, in seconds: from a local network to an interval of pings. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Number of round trips that are kept until there is a meter. */
const MOST_EARLY = 256;

/** Makes the metric of round trips. Round trips that are measured before there is a meter are added later. */
export function createPingDurations(options: NodeWebSocketOptions): PingDurations {
  const parseEndpoint = createEndpointParser({});
  const share = createSharedValues<Place>();
  const early: [facts: OpenFacts, roundTrip: number][] = [];
  let histograms: Readonly<Record<Kind, Histogram>> | undefined;
  let limits: LabelLimits | undefined;

  watchMeters(options, (meter, given) => {
    limits = given;
    histograms = meter && createHistograms(meter);
    if (histograms) for (const [facts, roundTrip] of early.splice(0)) add(facts, roundTrip);
  });

  function add(facts: OpenFacts, roundTrip: number): void {
    if (!histograms || !limits) {
      if (early.length < MOST_EARLY) early.push([facts, roundTrip]);
      return;
    }
    const { kind, url, socketPath = '' } = facts;
    const { key, labels, labelled } = share(`${kind} ${url} ${socketPath}`, () => placeOf(facts));
    const histogram = histograms[kind];
    histogram.record(roundTrip / 1000, limits.within(histogram, key, labels, labelled));
  }

  function placeOf(facts: OpenFacts): Place {
    const { kind } = facts;
    const endpoint = overSocket(parseEndpoint(facts.url, ''), facts);
    const labelled: Labelled = { kind, endpoint, code: 1000, requestedCode: undefined };
    const labels: Attributes = {};
    if (endpoint.address && limits?.allowsHost(labelled)) {
      labels[ATTR_SERVER_ADDRESS] = endpoint.address;
      if (endpoint.port) labels[ATTR_SERVER_PORT] = endpoint.port;
    }
    return { key: JSON.stringify(labels), labels, labelled };
  }

  return {
    measure(connection, facts, roundTrip) {
      if (!isUnrecorded(connection)) guard('metrics', () => add(facts, roundTrip));
    },
  };
}

function createHistograms(meter: Meter): Readonly<Record<Kind, Histogram>> {
  const create = (name: string) =>
    meter.createHistogram(name, {
      unit: 's',
      description: 'Time from a ping of the app to its pong',
      advice: { explicitBucketBoundaries: BUCKETS },
    });
  return {
    client: create(METRIC_WEBSOCKET_CLIENT_PING_DURATION),
    server: create(METRIC_WEBSOCKET_SERVER_PING_DURATION),
  };
}
