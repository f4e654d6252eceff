import { type Clock, promDuration } from './durations.ts';
import type { RecordingRule } from './recording-rules.ts';
import { SERVICE, SOURCES, type Source } from './sources.ts';

/** Recording rules about clients that lost a connection and came back. */
export function reconnectRules(clock: Clock): RecordingRule[] {
  return SOURCES.flatMap((source) => rulesOf(source, clock));
}

function rulesOf(source: Source, clock: Clock): RecordingRule[] {
  // Clients come back in bursts, so the window is longer than that of closes.
  const window = promDuration(clock.seconds('15m'));
  const rate = (part: 'bucket' | 'count') => `rate(${source.downtimes(part)}[${window}])`;
  const quantile = (q: number) => `histogram_quantile(${q}, sum by (${SERVICE}, le) (${rate('bucket')}))`;
  const rules = {
    'service:websocket_reconnects:rate15m': `sum by (${SERVICE}) (${rate('count')})`,
    'service:websocket_reconnect_downtime_seconds:p50_15m': quantile(0.5),
    'service:websocket_reconnect_downtime_seconds:p95_15m': quantile(0.95),
  };
  return Object.entries(rules).map(([record, expr]) => ({
    record,
    expr: expr + source.exclude('client'),
    labels: { source: source.name, side: 'client' },
  }));
}
