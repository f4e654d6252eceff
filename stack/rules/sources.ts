import {
  ATTR_ERROR_TYPE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  METRIC_WEBSOCKET_CLIENT_CLOSES,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  METRIC_WEBSOCKET_CLIENT_RECONNECT_DOWNTIME,
  METRIC_WEBSOCKET_SERVER_CLOSES,
  METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
  METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION,
} from '@closespan/core';
import { counterName, labelName, secondsHistogramName } from './prometheus-name.ts';

export const CODE: string = labelName(ATTR_WEBSOCKET_CLOSE_CODE);
/** What a service is told by: a name means one thing in production and another in staging. */
export const SERVICE = 'service_name, deployment_environment_name';
/** What was deployed; a service that does not tell has none. */
export const VERSION = 'service_version';
export const SIDES = ['client', 'server'] as const;
export type Side = (typeof SIDES)[number];

/** Where the numbers of a service come from: the SDK's own metrics, or what the gateway counts from its spans. */
export interface Source {
  readonly name: 'metrics' | 'spans';
  /** Selects the counter of closes of one side, with matchers of the caller's. */
  closes(side: Side, ...matchers: readonly string[]): string;
  /**
   * Selects the counter of handshakes that the servers of a service did not accept: nothing opened, so nothing closed.
   * A client counts such a handshake as a close. `undefined`: this source has no such counter.
   */
  unaccepted(side: Side, ...matchers: readonly string[]): string | undefined;
  /** Selects a part of the histogram of lifetimes. */
  lifetimes(side: Side, part: 'bucket' | 'count', ...matchers: readonly string[]): string;
  /** Selects a part of the histogram of the times for which clients were away. */
  downtimes(part: 'bucket' | 'count', ...matchers: readonly string[]): string;
  /**
   * The label that tells copies of one counter, which are the same closes, or `undefined` where each gateway has
   * counted other closes. Metrics that are routed anew after a gateway's end are such copies.
   */
  readonly copyLabel: string | undefined;
  /** What is left out, so that no close counts twice. */
  exclude(side: Side): string;
}

export const ERROR: string = labelName(ATTR_ERROR_TYPE);
const CAUSE = labelName(ATTR_WEBSOCKET_CLOSE_CAUSE);

const SUCCEEDED = labelName(ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED);

/** Matches closes of connections that had opened. No cause says so: a device that is offline loses them, too. */
export const OPENED: string = `${SUCCEEDED}!="false"`;
export const ABNORMAL: string = `${ERROR}!=""`;
/**
 * Match handshakes that failed, on clients. A handshake that the app or the user broke off is not abnormal. One of a
 * device without network says nothing about the service.
 */
const FAILED: readonly string[] = [`${SUCCEEDED}="false"`, ABNORMAL, `${CAUSE}!="offline"`];
/** Selects the counters of handshakes that failed. On servers: with another response than 4xx, or with none. */
export function failedHandshakes(source: Source, side: Side, ...matchers: readonly string[]): string[] {
  return known(
    source.closes(side, ...FAILED, ...matchers),
    source.unaccepted(side, `${ERROR}!~"|4.."`, ...matchers),
  );
}

/** Selects the counters of handshakes that a server refused because of the client, with a 4xx response. */
export function refusedHandshakes(source: Source, side: Side, ...matchers: readonly string[]): string[] {
  return known(source.unaccepted(side, `${ERROR}=~"4.."`, ...matchers));
}

/** Selects the counters of everything that was tried, whatever became of it. */
export function attempts(source: Source, side: Side): string[] {
  return known(source.closes(side), source.unaccepted(side, ABNORMAL));
}

function known(...selectors: readonly (string | undefined)[]): string[] {
  return selectors.filter((selector) => selector !== undefined);
}

const CLOSES = { client: METRIC_WEBSOCKET_CLIENT_CLOSES, server: METRIC_WEBSOCKET_SERVER_CLOSES };
const LIFETIMES = {
  client: METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  server: METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
};
/** Handshakes of servers by their outcome. */
const HANDSHAKES = secondsHistogramName(METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION, 'count');
/** What the gateway's `span_metrics` and `signal_to_metrics` make of close spans. */
const SPAN_CALLS = counterName('traces.span.metrics.calls');

export const SOURCES: readonly Source[] = [
  {
    name: 'metrics',
    closes: (side, ...matchers) => select(counterName(CLOSES[side]), matchers),
    unaccepted: (side, ...matchers) => (side === 'server' ? select(HANDSHAKES, matchers) : undefined),
    lifetimes: (side, part, ...matchers) => select(secondsHistogramName(LIFETIMES[side], part), matchers),
    downtimes: (part, ...matchers) =>
      select(secondsHistogramName(METRIC_WEBSOCKET_CLIENT_RECONNECT_DOWNTIME, part), matchers),
    copyLabel: 'instance',
    exclude: () => '',
  },
  {
    name: 'spans',
    closes: (side, ...matchers) =>
      select(SPAN_CALLS, [`span_kind="SPAN_KIND_${side.toUpperCase()}"`, `${CODE}!=""`, ...matchers]),
    unaccepted: () => undefined,
    lifetimes: (side, part, ...matchers) =>
      select(secondsHistogramName(`traces.${LIFETIMES[side]}`, part), matchers),
    downtimes: (part, ...matchers) =>
      select(secondsHistogramName(`traces.${METRIC_WEBSOCKET_CLIENT_RECONNECT_DOWNTIME}`, part), matchers),
    copyLabel: undefined,
    exclude: (side) =>
      `\nunless on (${SERVICE}) service:websocket_attempts:sum{source="metrics", side="${side}"}`,
  },
];

function select(metric: string, matchers: readonly string[]): string {
  return matchers.length > 0 ? `${metric}{${matchers.join(', ')}}` : metric;
}
