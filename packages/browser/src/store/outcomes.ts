import { diag, NAME } from '@closespan/browser/recording';
import type { Outcome } from '@closespan/core/platform';
import { closesOf } from './span-rows.ts';
import type { RowKey } from './span-store.ts';

/** Counts closes by the outcome of the stored rows that contain them: stored, replayed or dropped. */
export interface Outcomes {
  /** Notes a row that this page wrote and will send soon. */
  written(key: RowKey): void;
  /**
   * Counts the closes in rows as `stored`, since the rows could not be sent now. The closes of a row are counted once.
   */
  stored(keys: readonly RowKey[]): void;
  /**
   * Counts the closes in delivered rows as `replayed`. A row that this page wrote and never counted as `stored` is not
   * counted.
   */
  delivered(keys: readonly RowKey[]): void;
  /**
   * Removes the notes of rows that the store no longer contains, such as rows that another page has sent.
   * @param isThere returns whether a row with this id still exists
   */
  retain(isThere: (id: string) => boolean): void;
  /** Counts closes as `dropped`, and logs the reason. */
  lost(closes: number, why: string): void;
}

/** Reason that the log gives for closes that the receiver refused. */
export const REFUSED = 'refused';

/**
 * Makes the counter of outcomes.
 * @param count called only with numbers above 0
 */
export function createOutcomes(count: (outcome: Outcome, count: number) => void): Outcomes {
  /** Ids of rows that this page wrote and has not counted as `stored`. */
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
