import type { Alert } from './alert.ts';
import { type Clock, promDuration } from './durations.ts';

const SILENT = 'service:websocket_connections_silent';
const UNANSWERED = 'service:websocket_connections_unanswered';

/** Alerts about connections that are open. */
export function openAlerts(clock: Clock): Alert[] {
  const yesterday = `${SILENT}:ratio offset ${promDuration(clock.seconds('1d'))}`;
  return [
    {
      name: 'WebSocketSilentConnections',
      severity: 'warning',
      for: '10m',
      expr: `(${UNANSWERED}:ratio > 0.05 and ${UNANSWERED}:sum > 10)
or (${SILENT}:ratio > 0.2 and ${SILENT}:sum > 10 and ${SILENT}:ratio > 3 * (${yesterday}))`,
      summary: 'Open WebSockets of {{ $labels.service_name }} ({{ $labels.side }}) are silent',
      description:
        'Nothing comes from {{ $value | humanizePercentage }} of the connections that are open. Pings without a pong, or three times as many as a day ago: their peers are gone, or cut off.',
    },
  ];
}
