import type { Clock } from './durations.ts';
import { openConnections, UNANSWERED } from './open-connections.ts';
import type { RecordingRule } from './recording-rules.ts';
import { SERVICE, SIDES, type Side } from './sources.ts';

/** Recording rules about connections that are open. */
export function openRules(clock: Clock): RecordingRule[] {
  return [
    ...SIDES.flatMap((side) => countRules(side, clock)),
    ...['silent', 'unanswered'].map((part) => ({
      record: `service:websocket_connections_${part}:ratio`,
      expr: `service:websocket_connections_${part}:sum / (service:websocket_connections_open:sum > 0)`,
    })),
  ];
}

function countRules(side: Side, clock: Clock): RecordingRule[] {
  const counts = {
    open: openConnections('active', side, clock),
    silent: openConnections('silent', side, clock),
    unanswered: openConnections('silent', side, clock, UNANSWERED),
  };
  return Object.entries(counts).map(([part, series]) => ({
    record: `service:websocket_connections_${part}:sum`,
    expr: `sum by (${SERVICE}) (${series})`,
    labels: { source: 'metrics', side },
  }));
}
