import { NAME } from '@closespan/core/platform';
import type { RowKey, StoredRow } from './span-store.ts';
import { isError, type ReadableSpanLike, stringifySpans } from './stored-spans.ts';

/** Bounds of a store of spans. */
export interface StoreBounds {
  /** Size of all rows together, in characters of JSON. */
  readonly maxSize: number;
  /** Milliseconds after which a row is dropped. */
  readonly maxAge: number;
}

/** Bounds for some 4000 closes, over a long weekend. */
export const DEFAULT_BOUNDS: StoreBounds = { maxSize: 4 * 1024 * 1024, maxAge: 3 * 86_400_000 };

/** Returns the number of closes among spans; other spans come from a user's own tracers. */
export function closesIn(spans: readonly ReadableSpanLike[]): number {
  return spans.filter(({ instrumentationScope }) => instrumentationScope.name === NAME).length;
}

/** Returns the number of closes in rows, read from their keys. */
export function closesOf(keys: readonly RowKey[]): number {
  return keys.reduce((sum, [, , , , closes]) => sum + closes, 0);
}

/** A row together with the spans of its text. */
export interface SpanRow extends StoredRow {
  readonly spans: readonly ReadableSpanLike[];
}

/** Milliseconds for which a row is left to the page that wrote it, which may yet send it in its last request. */
export const HOLD_MILLIS = 2000;

/** Returns whether a row is left to the page that wrote it. A clock that was set back keeps no row young for long. */
export function isYoung([, time]: RowKey): boolean {
  return Math.abs(Date.now() - time) < HOLD_MILLIS;
}

/** Most spans in one row: rows are dropped as a whole, so small rows lose few spans. */
const ROW_SPANS = 64;

/** Makes rows of spans; abnormal spans get rows apart from the others. Throws for a span that JSON cannot hold. */
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

/** Returns the keys of rows to drop: those too old first; then, while too much is kept, normal ones and the oldest first. */
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
 * Returns the keys of rows for the next request: abnormal rows first, each kind from the oldest on.
 * @param maxSize characters of all texts together; the first row may be larger
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
