import type { Meter } from '@opentelemetry/api';
import { ATTR_OUTCOME, METRIC_WEBSOCKET_TELEMETRY_RECORDS } from '../semconv.ts';

/** What becomes of a record: handed to a provider, kept for later, delivered late, or lost. */
export type Outcome = 'exported' | 'stored' | 'replayed' | 'dropped';

/** Counts records by what became of them; a meter gives all that ask one counter. */
export function createOutcomeCounter(meter: Meter): (outcome: Outcome, count: number) => void {
  const records = meter.createCounter(METRIC_WEBSOCKET_TELEMETRY_RECORDS, {
    unit: '{record}',
    description: 'Close records by what became of them',
  });
  return (outcome, count) => records.add(count, { [ATTR_OUTCOME]: outcome });
}
