import { NAME } from '@closespan/core/platform';
import type { Row, RowKey } from './span-store.ts';
import { isError, type ReadableSpanLike, stringifySpans } from './stored-spans.ts';

/** How much is kept, and for how long. */
export interface StoreBounds {
  /** Of all rows, in characters of JSON. */
  readonly maxSize: number;
  /** Milliseconds. */
  readonly maxAge: number;
}

/** Some 4000 closes, over a long weekend. */
export const DEFAULT_BOUNDS: StoreBounds = { maxSize: 4 * 1024 * 1024, maxAge: 3 * 86_400_000 };

/** How many of the spans are closes. */
export function closesIn(spans: readonly ReadableSpanLike[]): number {
  return spans.filter(({ instrumentationScope }) => instrumentationScope.name === NAME).length;
}

/** How many closes are in the rows. */
export function closesOf(keys: readonly RowKey[]): number {
  return keys.reduce((sum, [, , , , closes]) => sum + closes, 0);
}

/** A row with the spans of its text. */
export interface SpanRow extends Row {
  readonly spans: readonly ReadableSpanLike[];
}

/** For so long rows are left to the page that wrote them, which may yet send them in its last request. */
export const HOLD_MILLIS = 2000;

/** Whether a row is left to the page that wrote it; a clock that was set back makes none young for long. */
export function isYoung([, time]: RowKey): boolean {
  return Math.abs(Date.now() - time) < HOLD_MILLIS;
}

/** No more spans in one row, so that what has to go goes in small pieces. */
const ROW_SPANS = 64;

/** Spans as rows, the abnormal ones apart from the others. */
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

/** The rows that have to go: those too old, then the oldest normal ones, then the oldest. */
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

/** The next rows for one request: abnormal ones first, each kind from its oldest; at least one, where there is any. */
export function nextRows(keys: readonly RowKey[], maxSize: number): RowKey[] {
  let size = 0;
  return [...keys]
    .sort((a, b) => b[0] - a[0] || a[1] - b[1])
    .filter((key, index) => {
      size += key[3];
      return index === 0 || size <= maxSize;
    });
}
