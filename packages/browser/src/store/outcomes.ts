import { NAME } from '@closespan/core/platform';
import type { Outcome } from '@closespan/core/recording';
import { diag } from '@opentelemetry/api';
import { closesOf } from './span-rows.ts';
import type { RowKey } from './span-store.ts';

/** Counts closes by the outcome of their rows: stored, replayed or dropped. */
export interface Outcomes {
  /** Notes a row that this page wrote, and that will be sent soon. */
  written(key: RowKey): void;
  /** Counts rows as `stored`, since they could not be sent now; a row counts once. */
  stored(keys: readonly RowKey[]): void;
  /** Counts delivered rows as `replayed`, but for those of this page that were never counted as `stored`. */
  delivered(keys: readonly RowKey[]): void;
  /** Forgets rows that are no longer there, such as those that another page has sent. */
  retain(isThere: (id: string) => boolean): void;
  /** Counts closes as `dropped`, and logs why. */
  lost(closes: number, why: string): void;
}

/** The reason in the log for closes that the receiver refused. */
export const REFUSED = 'the receiver refused them';

/** Makes the count. @param count called with numbers above 0 alone */
export function createOutcomes(count: (outcome: Outcome, count: number) => void): Outcomes {
  /** Ids of rows that this page wrote and that were not counted as `stored`. */
  const prompt = new Set<string>();
  const add = (outcome: Outcome, closes: number) => {
    if (closes > 0) count(outcome, closes);
  };
  return {
    written: ([, , id]) => prompt.add(id),
    stored: (keys) => add('stored', closesOf(keys.filter(([, , id]) => prompt.delete(id)))),
    // A row that this page did not write is left from another page.
    delivered: (keys) => add('replayed', closesOf(keys.filter(([, , id]) => !prompt.delete(id)))),
    retain(isThere) {
      for (const id of prompt) if (!isThere(id)) prompt.delete(id);
    },
    lost(closes, why) {
      if (closes > 0) diag.error(`${NAME}: ${closes} closes dropped, ${why}`);
      add('dropped', closes);
    },
  };
}
