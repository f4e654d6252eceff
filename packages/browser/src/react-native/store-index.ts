import { plainJson } from '../store/plain-json.ts';
import { isRowKey } from '../store/span-rows.ts';
import type { RowKey, SendPause } from '../store/span-store.ts';

/** Most rows in the app's storage. Each row has one of as many items, so that a crash leaves no further items. */
export const MOST_ROWS = 256;

/** A stored row: its key, and the number of its item, from 0 to 255. */
type IndexedRow = readonly [key: RowKey, slot: number];

/** Content of the item that lists all rows. */
export interface StoreIndex {
  readonly rows: readonly IndexedRow[];
  readonly pause: SendPause | undefined;
}

/** Returns the text of the item that lists all rows. */
export function writeIndex({ rows, pause }: StoreIndex): string {
  return plainJson({ rows, pause });
}

/**
 * Reads the item that lists all rows. Rows that are not valid are left out, and a text that is no list gives no rows.
 * @throws TypeError for a value that is no text and does not stand for a missing item
 */
export function readIndex(value: unknown): StoreIndex {
  const empty = { rows: [], pause: undefined };
  if (value === null || value === undefined) return empty;
  if (typeof value !== 'string') throw new TypeError(`Expected a text, got ${typeof value}`);
  try {
    const { rows, pause } = JSON.parse(value) as Partial<Record<keyof StoreIndex, unknown>>;
    const taken = new Set<number>();
    return {
      rows: (Array.isArray(rows) ? rows : []).filter((row): row is IndexedRow => {
        const isValid = Array.isArray(row) && isRowKey(row[0]) && isSlot(row[1]) && !taken.has(row[1]);
        if (isValid) taken.add(row[1]);
        return isValid;
      }),
      pause: isPause(pause) ? pause : undefined,
    };
  } catch {
    return empty;
  }
}

function isSlot(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MOST_ROWS;
}

function isPause(value: unknown): value is SendPause {
  const { since, millis, failures } = (value ?? {}) as Partial<SendPause>;
  return [since, millis, failures].every(Number.isFinite);
}
