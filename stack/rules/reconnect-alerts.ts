import type { Alert } from './alert.ts';
import type { Clock } from './durations.ts';

/** Alerts about clients that lost a connection and came back. */
export function reconnectAlerts(clock: Clock): Alert[] {
  return [
    {
      name: 'WebSocketDowntime',
      severity: 'warning',
      for: '5m',
      expr: `service:websocket_reconnect_downtime_seconds:p95_15m > ${clock.seconds('2m') / 2}
and service:websocket_reconnects:rate15m * ${clock.seconds('15m')} > 20`,
      summary: 'Clients of {{ $labels.service_name }} come back late',
      description:
        'One in twenty clients that lost a connection was away for {{ $value | humanizeDuration }} or longer.',
    },
  ];
}
