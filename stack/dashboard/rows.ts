import { METRIC_WEBSOCKET_TELEMETRY_RECORDS } from '@closespan/core';
import { counterName } from '../rules/prometheus-name.ts';
import { ABNORMAL, CODE, SERVICE, SIDES, SOURCES } from '../rules/sources.ts';
import { CHOSEN, codeBands, heatmap, lines, stat, table } from './panels.ts';

const CLOSES = `service:websocket_closes:rate5m{${CHOSEN}}`;
const ABNORMAL_CLOSES = `service:websocket_closes_abnormal:rate5m{${CHOSEN}}`;
const FAILED = `service:websocket_handshakes_failed:rate5m{${CHOSEN}}`;
const ATTEMPTS = `service:websocket_attempts:rate5m{${CHOSEN}}`;
/** A part of a whole; where nothing was abnormal there may be no series, and that is zero. */
const share = (part: string, whole: string) => `(sum(${part}) or 0 * sum(${whole})) / sum(${whole})`;
const WHO = '{{service_name}} {{side}}';
const RATE = '[$__rate_interval]';

/** Every raw series of one kind: both sides, and both sources but for services that are counted already. */
const everywhere = (make: (source: (typeof SOURCES)[number], side: (typeof SIDES)[number]) => string) =>
  SOURCES.flatMap((source) => SIDES.map((side) => make(source, side))).join('\nor ');
const chosenService = 'service_name=~"$service"';

export const ROWS = {
  'Is it broken?': [
    stat(
      {
        title: 'Abnormal closes',
        description: 'Share of the connections that ended in 5 minutes. Clients: a few percent are usual.',
        unit: 'percentunit',
      },
      [0.03, 0.15],
      share(ABNORMAL_CLOSES, CLOSES),
    ),
    stat(
      {
        title: 'Lost in 2 minutes',
        description: 'Connections that ended abnormally in the last 2 minutes.',
        unit: 'short',
      },
      [50, 100],
      `sum(service:websocket_closes_abnormal:increase2m{${CHOSEN}}) or 0 * sum(${CLOSES})`,
    ),
    stat(
      {
        title: 'Handshakes that fail',
        description: 'Share of attempts of 5 minutes that never opened.',
        unit: 'percentunit',
      },
      [0.02, 0.05],
      share(FAILED, ATTEMPTS),
    ),
    stat(
      { title: 'Closes', description: 'Connections that end, each second.', unit: 'cps' },
      [],
      `sum(${CLOSES})`,
    ),
    stat(
      { title: 'Median lifetime', description: 'Of the worst service that is chosen.', unit: 's' },
      [],
      `min(service:websocket_connection_duration_seconds:p50_5m{${CHOSEN}})`,
    ),
    stat(
      { title: 'Alerts', description: 'Alerts about WebSockets that are firing.', unit: 'short' },
      [1, 1],
      'count(ALERTS{component="websocket", alertstate="firing"}) or vector(0)',
    ),
  ],
  'What closes, and since when?': [
    codeBands(
      {
        title: 'Closes by code',
        description: 'Deploys show as 1001 and 1012, cut networks as 1006, bugs of servers as 1011.',
        unit: 'cps',
      },
      12,
      `sum by (${CODE}) (service_code:websocket_closes:rate5m{${CHOSEN}})`,
    ),
    lines(
      {
        title: 'Abnormal share',
        description:
          'Clients bad and servers good: what is between them. Both bad: the service. A point leads to its closes.',
        unit: 'percentunit',
      },
      12,
      [[`service:websocket_closes_abnormal:ratio_rate5m{${CHOSEN}}`, WHO]],
    ),
    lines(
      {
        title: 'Abnormal share by window',
        description: 'Pages need two of them over their threshold: 5 m and 1 h, or 30 m and 6 h.',
        unit: 'percentunit',
      },
      12,
      (['5m', '30m', '1h', '6h', '3d'] as const).map((window) => [
        share(
          `service:websocket_closes_abnormal:rate${window}{${CHOSEN}}`,
          `service:websocket_closes:rate${window}{${CHOSEN}}`,
        ),
        window,
      ]),
    ),
    lines(
      {
        title: 'Lost in 2 minutes',
        description: 'Sees the first burst of a service too, which a rate cannot.',
        unit: 'short',
      },
      12,
      [[`service:websocket_closes_abnormal:increase2m{${CHOSEN}} or 0 * ${CLOSES}`, WHO]],
    ),
  ],
  'How long do connections live?': [
    heatmap(
      {
        title: 'Lifetimes',
        description: 'A hard edge, at 60 seconds or an hour, is a timeout of a proxy.',
        unit: 's',
      },
      12,
      `sum by (le) (${everywhere((source, side) => `increase(${source.lifetimes(side, 'bucket', chosenService)}${RATE})`)})`,
    ),
    lines(
      {
        title: 'Lifetimes, median and 95th percentile',
        description: 'Compare with yesterday: an alert tells of a median that fell to a quarter.',
        unit: 's',
      },
      12,
      [
        [`service:websocket_connection_duration_seconds:p50_5m{${CHOSEN}}`, `p50 ${WHO}`],
        [`service:websocket_connection_duration_seconds:p95_5m{${CHOSEN}}`, `p95 ${WHO}`],
      ],
    ),
  ],
  'Do clients come back in a storm?': [
    lines(
      {
        title: 'Connections shorter than 5 seconds',
        description: 'Over half of them, at three times the usual rate, is a reconnect storm.',
        unit: 'percentunit',
      },
      8,
      [[`service:websocket_connections_short:ratio_rate5m{${CHOSEN}}`, WHO]],
    ),
    lines(
      {
        title: 'Closes, now and in the hour before',
        description: 'The storm alert compares the two.',
        unit: 'cps',
      },
      8,
      [
        [`sum(${CLOSES})`, 'now'],
        [`sum(service:websocket_closes:rate1h{${CHOSEN}})`, 'mean of 1 h'],
      ],
    ),
    lines(
      {
        title: 'Handshakes that fail',
        description: 'Names, TLS, proxies without upgrade headers, authentication, full servers.',
        unit: 'percentunit',
      },
      8,
      [[`service:websocket_handshakes_failed:ratio_rate5m{${CHOSEN}}`, WHO]],
    ),
  ],
  'Where?': [
    table(
      { title: 'Services, worst first', description: 'Abnormal share of an hour.', unit: 'percentunit' },
      12,
      `sort_desc(service:websocket_closes_abnormal:ratio_rate1h{${CHOSEN}})`,
      {
        service_name: 'Service',
        deployment_environment_name: 'Environment',
        side: 'Side',
        Value: 'Abnormal',
      },
    ),
    table(
      {
        title: 'Causes, most first',
        description: 'What abnormal closes of the last hour have in common.',
        unit: 'short',
      },
      12,
      `topk(20, sum by (${SERVICE}, server_address, websocket_close_cause, error_type) (${everywhere((source, side) => `increase(${source.closes(side, ABNORMAL, chosenService)}[1h])`)}) > 0)`,
      {
        service_name: 'Service',
        deployment_environment_name: 'Environment',
        server_address: 'Server',
        websocket_close_cause: 'Cause',
        error_type: 'Error',
        Value: 'Closes',
      },
    ),
    lines(
      {
        title: 'Abnormal closes with examples',
        description: 'Each dot is one close: it opens its trace.',
        unit: 'cps',
      },
      24,
      [
        [
          `sum by (${SERVICE}, websocket_close_cause) (rate(traces_span_metrics_calls_total{${ABNORMAL}, ${chosenService}}${RATE}))`,
          '{{service_name}} {{websocket_close_cause}}',
          true,
        ],
      ],
    ),
  ],
  'Is the telemetry itself well?': [
    lines(
      {
        title: 'Closes that were recorded, and not',
        description: 'Dropped: a process had more closes at once than its queue holds.',
        unit: 'short',
      },
      8,
      [
        [
          `sum by (outcome) (increase(${counterName(METRIC_WEBSOCKET_TELEMETRY_RECORDS)}{${chosenService}}${RATE}))`,
          '{{outcome}}',
        ],
      ],
    ),
    lines(
      {
        title: 'Collectors: spans in, refused, lost',
        description: 'Refused ones are sent again. Lost ones are gone: all other charts are then too low.',
        unit: 'cps',
      },
      8,
      [
        [
          `sum by (instance) (rate({__name__=~"otelcol_receiver_accepted_spans(_total)?"}${RATE}))`,
          '{{instance}} in',
        ],
        [
          `sum by (instance) (rate({__name__=~"otelcol_receiver_refused_spans(_total)?"}${RATE}))`,
          '{{instance}} refused',
        ],
        ['sum by (instance) (collector:items_lost:increase5m) / 300', '{{instance}} lost'],
      ],
    ),
    lines(
      {
        title: 'Collectors: queues',
        description: 'Share of each queue that is full. Growing: what comes next is down or slow.',
        unit: 'percentunit',
      },
      8,
      [
        [
          'max by (instance, exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
          '{{instance}} {{exporter}}',
        ],
      ],
    ),
  ],
} as const;
