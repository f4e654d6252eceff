import { ATTR_WEBSOCKET_CLOSE_LIMIT, ATTR_WEBSOCKET_CLOSE_LIMIT_KIND } from '@closespan/core';
import type { Alert } from './alert.ts';
import { type Clock, promDuration } from './durations.ts';
import { labelName, secondsHistogramName } from './prometheus-name.ts';
import type { RecordingRule } from './recording-rules.ts';
import { SERVICE } from './sources.ts';

/** Closes by the limit that fits, of both sides, which the gateway counts from the spans of all services. */
export const LIMITED_CLOSES: string = secondsHistogramName(`traces.${ATTR_WEBSOCKET_CLOSE_LIMIT}`, 'count');
export const LIMIT_KIND: string = labelName(ATTR_WEBSOCKET_CLOSE_LIMIT_KIND);

const RATE = 'service:websocket_closes_age_limit:rate15m';

/** Recording rules about connections that a proxy ends at an age. */
export function ageLimitRules(clock: Clock): RecordingRule[] {
  // Connections that began together end together, so the window is longer than that of other closes.
  const window = promDuration(clock.seconds('15m'));
  const rate = `rate(${LIMITED_CLOSES}{${LIMIT_KIND}="age"}[${window}])`;
  return [{ record: RATE, expr: `sum by (${SERVICE}) (${rate})`, labels: { source: 'spans' } }];
}

/** Alerts about connections that a proxy ends at an age. */
export function ageLimitAlerts(clock: Clock): Alert[] {
  const window = promDuration(clock.seconds('15m'));
  const closes = `sum by (${SERVICE}) (avg_over_time(service:websocket_closes:rate5m[${window}]))`;
  return [
    {
      name: 'WebSocketAgeLimits',
      severity: 'warning',
      for: '15m',
      expr: `${RATE} / on (${SERVICE}) group_left () ${closes} > 0.05
and ${RATE} * ${clock.seconds('15m')} > 10`,
      summary: 'A proxy ends WebSockets of {{ $labels.service_name }} at an age',
      description:
        '{{ $value | humanizePercentage }} of connections end at one age, whatever they do: the limit of a proxy.',
    },
  ];
}
