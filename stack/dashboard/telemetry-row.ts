import { METRIC_WEBSOCKET_TELEMETRY_RECORDS } from '@closespan/core';
import { counterName } from '../rules/prometheus-name.ts';
import { CHOSEN_SERVICE, RATE } from './chosen-series.ts';
import { lines } from './panels.ts';

/** Whether the charts above can be trusted. */
export const TELEMETRY_ROW = {
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
          `sum by (outcome) (increase(${counterName(METRIC_WEBSOCKET_TELEMETRY_RECORDS)}{${CHOSEN_SERVICE}}${RATE}))`,
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
