import { NAME, now } from '@closespan/browser/recording';
import { randomHex } from '@closespan/core/platform';
import { plainJson } from './plain-json.ts';
import type { RowKey, StoredRow } from './span-store.ts';
import { isError, type StoredSpan } from './stored-spans.ts';

/** Limits of a store of spans. */
export interface StoreBounds {
  /** Most characters of JSON in all rows together. */
  readonly maxSize: number;
  /** Milliseconds after which a row is dropped if it cannot be sent at once. */
  readonly maxAge: number;
}

/** Limits of a store by default: about 4000 closes. After three days a row is dropped if it cannot be sent. */
export const DEFAULT_BOUNDS: StoreBounds = { maxSize: 4 * 1024 * 1024, maxAge: 3 * 86_400_000 };

/** Returns the number of spans that are closes. Other spans come from the app's tracers. */
export function closesIn(spans: readonly StoredSpan[]): number {
  return spans.filter(({ instrumentationScope }) => instrumentationScope.name === NAME).length;
}

/** Returns the number of closes in rows. Only the keys of the rows are read. */
export function closesOf(keys: readonly RowKey[]): number {
  return keys.reduce((sum, [, , , , closes]) => sum + closes, 0);
}

/** A row of the store, with the spans that its text contains. */
export interface SpanRow extends StoredRow {
  readonly spans: readonly StoredSpan[];
  /** Time at which the row was written, in monotonic milliseconds. */
  readonly writtenAt: number;
}

/**
 * Age in milliseconds up to which only the page that wrote a row sends the row. The page may still send the row in its
 * last request.
 */
export const HOLD_MILLIS = 2000;

/** Returns whether this page may still send a row that it wrote in its last request. */
export function isHeld({ writtenAt }: SpanRow): boolean {
  return now() - writtenAt < HOLD_MILLIS;
}

/** Most spans in one row. A row is dropped as a whole, so small rows lose few spans. */
const ROW_SPANS = 64;

/**
 * Makes rows for the store out of spans. Abnormal spans and normal spans are in separate rows.
 * @throws TypeError for a span that JSON cannot represent
 */
export function toRows(spans: readonly StoredSpan[]): SpanRow[] {
  const rows: SpanRow[] = [];
  for (const abnormal of [1, 0] as const) {
    const some = spans.filter((span) => Number(isError(span)) === abnormal);
    for (let start = 0; start < some.length; start += ROW_SPANS) {
      rows.push(toRow(abnormal, some.slice(start, start + ROW_SPANS)));
    }
  }
  return rows;
}

function toRow(abnormal: 0 | 1, spans: readonly StoredSpan[]): SpanRow {
  const text = plainJson(spans);
  return {
    // IndexedDB takes no NaN, which a fake of the clock may give.
    key: [abnormal, Date.now() || 0, randomHex(8), text.length, closesIn(spans)],
    text,
    spans,
    writtenAt: now(),
  };
}

/**
 * Returns the keys of rows to drop. Rows that are too old are dropped first. If the rest is too large, normal rows are
 * dropped before abnormal rows, and old rows before new rows.
 * @param keys normal rows before abnormal rows, and old rows before new rows
 * @param ageOf returns the age of a row, in milliseconds
 */
export function excessOf(
  keys: readonly RowKey[],
  { maxSize, maxAge }: StoreBounds,
  ageOf: (key: RowKey) => number,
): RowKey[] {
  let size = 0;
  // The rows that are dropped last come first here. A row that is too large takes no other row with it.
  return [...keys].reverse().filter((key) => {
    const drops = ageOf(key) > maxAge || size + key[3] > maxSize;
    if (!drops) size += key[3];
    return drops;
  });
}

/**
 * Returns the keys of rows for the next request. Abnormal rows are sent before normal rows, and old rows before new
 * rows.
 * @param maxSize most characters of all texts together; the first row may be larger
 */
export function nextRows(keys: readonly RowKey[], maxSize: number): RowKey[] {
  let size = 0;
  return [...keys]
    .sort((a, b) => b[0] - a[0] || a[1] - b[1])
    .filter((key, index) => {
      size += key[3];
      return index === 0 || size <= maxSize;
    });
}

/**
 * Returns whether a key is the key of a row. Other scripts of the origin may have added other keys. A key with a size
 * below 0 would lift the limit of the store, and an infinite number of closes would stay in the metric.
 */
export function isRowKey(key: unknown): key is RowKey {
  return (
    Array.isArray(key) &&
    key.length === 5 &&
    [0, 1, 3, 4].every((at) => Number.isFinite(key[at])) &&
    key[3] >= 0 &&
    key[4] >= 0 &&
    key[4] <= ROW_SPANS
  );
}
