import type { Meter } from '@opentelemetry/api';
import { ATTR_OUTCOME, METRIC_WEBSOCKET_TELEMETRY_RECORDS } from '../semconv.ts';

/**
 * Outcome of a close record: `exported` to a provider, `stored` for a later try, `replayed` (delivered late), or
 * `dropped`.
 */
export type Outcome = 'exported' | 'stored' | 'replayed' | 'dropped';

/**
 * Makes a function that counts close records by outcome. All callers with one meter share one counter. Without a meter,
 * nothing is counted.
 */
export function createOutcomeCounter(meter: Meter | undefined): (outcome: Outcome, count: number) => void {
  const records = meter?.createCounter(METRIC_WEBSOCKET_TELEMETRY_RECORDS, {
    unit: '{record}',
    description: 'Close records by what became of them',
  });
  return (outcome, count) => records?.add(count, { [ATTR_OUTCOME]: outcome });
}
