import {
  ATTR_ERROR_TYPE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  METRIC_WEBSOCKET_CLIENT_CLOSES,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  METRIC_WEBSOCKET_SERVER_CLOSES,
  METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
} from '@closespan/core';
import { counterName, labelName, secondsHistogramName } from './prometheus-name.ts';

export const CODE: string = labelName(ATTR_WEBSOCKET_CLOSE_CODE);
/** What a service is told by: a name means one thing in production and another in staging. */
export const SERVICE = 'service_name, deployment_environment_name';
export const SIDES = ['client', 'server'] as const;
export type Side = (typeof SIDES)[number];

/** Where the numbers of a service come from: the SDK's own metrics, or what the gateway counts from its spans. */
export interface Source {
  readonly name: 'metrics' | 'spans';
  /** Selects the counter of closes of one side, with matchers of the caller's. */
  closes(side: Side, ...matchers: readonly string[]): string;
  /** Selects a part of the histogram of lifetimes. */
  lifetimes(side: Side, part: 'bucket' | 'count', ...matchers: readonly string[]): string;
  /**
   * The label that tells copies of one counter, which are the same closes, or `undefined` where each gateway has
   * counted other closes. Metrics that are routed anew after a gateway's end are such copies.
   */
  readonly copyLabel: string | undefined;
  /** What is left out, so that no close counts twice. */
  exclude(side: Side): string;
}

const ERROR = labelName(ATTR_ERROR_TYPE);
const CAUSE = labelName(ATTR_WEBSOCKET_CLOSE_CAUSE);

/** Matchers of the outcomes that the rules tell apart. */
export const OPENED: string = `${CAUSE}!~"handshake_rejected|handshake_failed|aborted_connecting"`;
export const HANDSHAKE_FAILED: string = `${CAUSE}=~"handshake_rejected|handshake_failed"`;
export const ABNORMAL: string = `${ERROR}!=""`;

const CLOSES = { client: METRIC_WEBSOCKET_CLIENT_CLOSES, server: METRIC_WEBSOCKET_SERVER_CLOSES };
const LIFETIMES = {
  client: METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  server: METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
};
/** What the gateway's `span_metrics` and `signal_to_metrics` make of close spans. */
const SPAN_CALLS = counterName('traces.span.metrics.calls');

export const SOURCES: readonly Source[] = [
  {
    name: 'metrics',
    closes: (side, ...matchers) => select(counterName(CLOSES[side]), matchers),
    lifetimes: (side, part, ...matchers) => select(secondsHistogramName(LIFETIMES[side], part), matchers),
    copyLabel: 'instance',
    exclude: () => '',
  },
  {
    name: 'spans',
    closes: (side, ...matchers) =>
      select(SPAN_CALLS, [`span_kind="SPAN_KIND_${side.toUpperCase()}"`, `${CODE}!=""`, ...matchers]),
    lifetimes: (side, part, ...matchers) =>
      select(secondsHistogramName(`traces.${LIFETIMES[side]}`, part), matchers),
    copyLabel: undefined,
    exclude: (side) =>
      `\nunless on (${SERVICE}) service:websocket_attempts:sum{source="metrics", side="${side}"}`,
  },
];

function select(metric: string, matchers: readonly string[]): string {
  return matchers.length > 0 ? `${metric}{${matchers.join(', ')}}` : metric;
}
