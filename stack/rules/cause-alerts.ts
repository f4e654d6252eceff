import type { Alert } from './alert.ts';
import { CAUSE } from './cause-rules.ts';
import type { Clock } from './durations.ts';

const WHO = '{{ $labels.service_name }} ({{ $labels.side }})';
const SHARE = '{{ $value | humanizePercentage }}';

/** Alerts about connections that were given up or cut since nothing came. */
export function causeAlerts(clock: Clock): Alert[] {
  return [
    {
      name: 'WebSocketIdleTimeouts',
      severity: 'warning',
      for: '15m',
      expr: shareOf('idle_timeout', clock),
      summary: `A proxy cuts silent WebSockets of ${WHO}`,
      description: `${SHARE} of connections end after a silence that is the idle limit of a proxy.`,
    },
    {
      name: 'WebSocketPingTimeouts',
      severity: 'warning',
      for: '10m',
      expr: shareOf('ping_timeout', clock),
      summary: `Peers of ${WHO} no longer respond to pings`,
      description: `${SHARE} of connections were given up, since a ping had no pong.`,
    },
  ];
}

/** Over 5 % of closes, and more than ten of 5 minutes, have a cause. */
function shareOf(cause: string, clock: Clock): string {
  const closes = `sum without (${CAUSE}) (service_cause:websocket_closes:rate5m{${CAUSE}="${cause}"})`;
  return `${closes} / service:websocket_closes:rate5m > 0.05\nand ${closes} * ${clock.seconds('5m')} > 10`;
}
