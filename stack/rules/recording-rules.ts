import { METRIC_WEBSOCKET_TELEMETRY_RECORDS } from '@closespan/core';
import { type Clock, type Duration, promDuration } from './durations.ts';
import { increaseOf } from './increase.ts';
import { counterName } from './prometheus-name.ts';
import {
  ABNORMAL,
  attempts,
  CODE,
  failedHandshakes,
  OPENED,
  refusedHandshakes,
  SERVICE,
  SIDES,
  type Side,
  SOURCES,
  type Source,
} from './sources.ts';

/** A rule that records a series. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Windows of the burn-rate alerts, besides the 5 minutes that they are all made from. */
const LONG_WINDOWS: readonly Duration[] = ['30m', '1h', '2h', '6h', '1d', '3d'];

/** Seconds; shorter connections are part of a reconnect storm. An edge of the histogram. */
const SHORT_LIFE = 5;

/** Counters of a Collector that tell of spans and data points which are gone for good. */
const COLLECTOR_LOSSES: Readonly<Record<string, string>> = {
  spans_given_up: 'otelcol_exporter_send_failed_spans',
  spans_queue_full: 'otelcol_exporter_enqueue_failed_spans',
  points_given_up: 'otelcol_exporter_send_failed_metric_points',
  points_queue_full: 'otelcol_exporter_enqueue_failed_metric_points',
  traces_before_decision: 'otelcol_processor_tail_sampling_sampling_trace_dropped_too_early',
};

/** All recording rules, each after what it reads. */
export function recordingRules(clock: Clock): RecordingRule[] {
  const raw = SOURCES.flatMap((source) => SIDES.flatMap((side) => rawRules(source, side, clock)));
  return [...raw, ...derivedRules(clock), ...telemetryRules(clock)];
}

/** What is recorded from the raw series of one source and one side. */
function rawRules(source: Source, side: Side, clock: Clock): RecordingRule[] {
  const window = promDuration(clock.seconds('5m'));
  const rate = (...selectors: string[]) =>
    sum(selectors.map((selector) => `rate(${selector}[${window}])`).join(' or '));
  const lifeRate = (part: 'bucket' | 'count', ...matchers: string[]) =>
    `rate(${source.lifetimes(side, part, ...matchers)}[${window}])`;
  const quantile = (q: number) => `histogram_quantile(${q}, sum by (${SERVICE}, le) (${lifeRate('bucket')}))`;
  const tried = attempts(source, side).join(' or ');
  const copies = source.copyLabel ? `max without (${source.copyLabel}) (${tried})` : tried;
  const opened = source.closes(side, OPENED);
  const failed = failedHandshakes(source, side);
  const refused = refusedHandshakes(source, side);
  const rules = {
    'service:websocket_attempts:sum': sum(copies),
    'service:websocket_attempts:rate5m': rate(...attempts(source, side)),
    'service:websocket_handshakes:rate5m': rate(opened, ...failed, ...refused),
    'service:websocket_handshakes_failed:rate5m': rate(...failed),
    ...(refused.length > 0 && { 'service:websocket_handshakes_refused:rate5m': rate(...refused) }),
    'service:websocket_closes:rate5m': rate(opened),
    'service:websocket_closes_abnormal:rate5m': rate(source.closes(side, OPENED, ABNORMAL)),
    'service_code:websocket_closes:rate5m': `sum by (${SERVICE}, ${CODE}) (rate(${opened}[${window}]))`,
    'service:websocket_closes_abnormal:increase2m': sum(
      increaseOf(source.closes(side, OPENED, ABNORMAL), '2m', clock, source.copyLabel),
    ),
    'service:websocket_connections_short:ratio_rate5m': `${sum(lifeRate('bucket', `le=~"${SHORT_LIFE}([.]0)?"`))}
/ (${sum(lifeRate('count'))} > 0)`,
    'service:websocket_connection_duration_seconds:p50_5m': quantile(0.5),
    'service:websocket_connection_duration_seconds:p95_5m': quantile(0.95),
  };
  return Object.entries(rules).map(([record, expr]) => ({
    record,
    expr: expr + source.exclude(side),
    labels: { source: source.name, side },
  }));
}

/** What is recorded from the series above, whatever their source. */
function derivedRules(clock: Clock): RecordingRule[] {
  const [closes, abnormal] = ['websocket_closes', 'websocket_closes_abnormal'];
  const handshakes = 'websocket_handshakes';
  const [failed, refused] = ['websocket_handshakes_failed', 'websocket_handshakes_refused'];
  // Long windows are made from the short one: a query of all raw series over 3 days, twice a minute, is too much.
  const long = (name: string, window: Duration) => {
    const seconds = clock.seconds(window);
    return {
      record: `service:${name}:rate${window}`,
      expr: `sum_over_time(service:${name}:rate5m[${promDuration(seconds)}]) * ${clock.interval} / ${seconds}`,
    };
  };
  // Where nothing was abnormal there may be no series: that is a ratio of zero.
  const ratio = (part: string, whole: string, window: Duration) => ({
    record: `service:${part}:ratio_rate${window}`,
    expr: `(service:${part}:rate${window} or 0 * service:${whole}:rate${window})
/ (service:${whole}:rate${window} > 0)`,
  });
  return [
    ...LONG_WINDOWS.flatMap((window) => [long(closes, window), long(abnormal, window)]),
    ...[handshakes, failed, refused].map((name) => long(name, '30m')),
    long('websocket_attempts', '1h'),
    ...(['5m', ...LONG_WINDOWS] as const).map((window) => ratio(abnormal, closes, window)),
    ...(['5m', '30m'] as const).flatMap((window) => [
      ratio(failed, handshakes, window),
      ratio(refused, handshakes, window),
    ]),
  ];
}

/** What did not arrive, so that nobody trusts numbers that are too low. */
function telemetryRules(clock: Clock): RecordingRule[] {
  const records = counterName(METRIC_WEBSOCKET_TELEMETRY_RECORDS);
  return [
    {
      record: 'service:websocket_records_dropped:increase5m',
      expr: sum(increaseOf(`${records}{outcome="dropped"}`, '5m', clock, 'instance')),
    },
    ...Object.entries(COLLECTOR_LOSSES).map(([loss, counter]) => ({
      record: 'collector:items_lost:increase5m',
      // Collectors spell their own counters with or without the suffix.
      expr: `sum by (job, instance) (${increaseOf(`{__name__=~"${counter}(_total)?"}`, '5m', clock, undefined)})`,
      labels: { loss },
    })),
  ];
}

function sum(series: string): string {
  return `sum by (${SERVICE}) (${series})`;
}
