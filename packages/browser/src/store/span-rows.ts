import { NAME } from '@closespan/core/platform';
import type { RowKey, StoredRow } from './span-store.ts';
import { isError, type ReadableSpanLike, stringifySpans } from './stored-spans.ts';

/** Limits of a store of spans. */
export interface StoreBounds {
  /** Most characters of JSON in all rows together. */
  readonly maxSize: number;
  /** Milliseconds after which a row is dropped. */
  readonly maxAge: number;
}

/** Limits of a store by default: about 4000 closes, for up to three days. */
export const DEFAULT_BOUNDS: StoreBounds = { maxSize: 4 * 1024 * 1024, maxAge: 3 * 86_400_000 };

/** Returns the number of spans that are closes. Other spans come from the app's tracers. */
export function closesIn(spans: readonly ReadableSpanLike[]): number {
  return spans.filter(({ instrumentationScope }) => instrumentationScope.name === NAME).length;
}

/** Returns the number of closes in rows. Only the keys of the rows are read. */
export function closesOf(keys: readonly RowKey[]): number {
  return keys.reduce((sum, [, , , , closes]) => sum + closes, 0);
}

/** A row of the store, with the spans that its text contains. */
export interface SpanRow extends StoredRow {
  readonly spans: readonly ReadableSpanLike[];
}

/**
 * Age in milliseconds up to which only the page that wrote a row sends the row. The page may still send the row in its
 * last request.
 */
export const HOLD_MILLIS = 2000;

/**
 * Returns whether a row was written less than 2 seconds ago, so that only the page that wrote the row sends it. A row
 * dated 2 seconds or more in the future is not young: the clock was set back.
 */
export function isYoung([, time]: RowKey): boolean {
  return Math.abs(Date.now() - time) < HOLD_MILLIS;
}

/** Most spans in one row. A row is dropped as a whole, so small rows lose few spans. */
const ROW_SPANS = 64;

/**
 * Makes rows for the store out of spans. Abnormal spans and normal spans are in separate rows.
 * @throws TypeError for a span that JSON cannot represent
 */
export function toRows(spans: readonly ReadableSpanLike[]): SpanRow[] {
  const rows: SpanRow[] = [];
  for (const abnormal of [1, 0] as const) {
    const some = spans.filter((span) => Number(isError(span)) === abnormal);
    for (let start = 0; start < some.length; start += ROW_SPANS) {
      rows.push(toRow(abnormal, some.slice(start, start + ROW_SPANS)));
    }
  }
  return rows;
}

function toRow(abnormal: 0 | 1, spans: readonly ReadableSpanLike[]): SpanRow {
  const text = stringifySpans(spans);
  const id = crypto.getRandomValues(new Uint32Array(2)).join();
  return { key: [abnormal, Date.now(), id, text.length, closesIn(spans)], text, spans };
}

/**
 * Returns the keys of rows to drop. Rows that are too old are dropped first. If the rest is too large, normal rows are
 * dropped before abnormal rows, and old rows before new rows.
 */
export function excessOf(keys: readonly RowKey[], { maxSize, maxAge }: StoreBounds): RowKey[] {
  const oldest = Date.now() - maxAge;
  let total = keys.reduce((sum, [, , , size]) => sum + size, 0);
  const excess: RowKey[] = [];
  const drop = (key: RowKey) => {
    excess.push(key);
    total -= key[3];
  };
  for (const key of keys) if (key[1] < oldest) drop(key);
  for (const key of keys) if (total > maxSize && key[1] >= oldest) drop(key);
  return excess;
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
