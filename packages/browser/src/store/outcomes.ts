import { NAME } from '@closespan/core/platform';
import type { Outcome } from '@closespan/core/recording';
import { diag } from '@opentelemetry/api';
import { closesOf } from './span-rows.ts';
import type { RowKey } from './span-store.ts';

/** Counts what becomes of rows. */
export interface Outcomes {
  /** Of a row of ours, which will be sent soon. */
  written(key: RowKey): void;
  /** Rows that could not be sent now; each counts once. */
  stored(keys: readonly RowKey[]): void;
  delivered(keys: readonly RowKey[]): void;
  /** Forgets rows that are gone, such as those that another page has sent. */
  retain(isThere: (id: string) => boolean): void;
  /** Closes that nobody will see. */
  lost(closes: number, why: string): void;
}

/** Why closes are lost whose receiver will not have them. */
export const REFUSED = 'the receiver refused them';

/** Makes the count; `count` gets what is above 0. */
export function createOutcomes(count: (outcome: Outcome, count: number) => void): Outcomes {
  /** Ids of rows of ours that were not counted as stored. */
  const prompt = new Set<string>();
  const add = (outcome: Outcome, closes: number) => {
    if (closes > 0) count(outcome, closes);
  };
  return {
    written: ([, , id]) => prompt.add(id),
    stored: (keys) => add('stored', closesOf(keys.filter(([, , id]) => prompt.delete(id)))),
    // What is not ours is left from another page.
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
