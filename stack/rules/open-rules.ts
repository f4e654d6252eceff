import type { Clock } from './durations.ts';
import { openConnections } from './open-connections.ts';
import type { RecordingRule } from './recording-rules.ts';
import { SERVICE, SIDES } from './sources.ts';

/** Recording rules about connections that are open. */
export function openRules(clock: Clock): RecordingRule[] {
  return SIDES.map((side) => ({
    record: 'service:websocket_connections_open:sum',
    expr: `sum by (${SERVICE}) (${openConnections(side, clock)})`,
    labels: { source: 'metrics', side },
  }));
}
