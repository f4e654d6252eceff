import type { RowKey, SpanStore } from './span-store.ts';
import { parseSpans, type ReadableSpanLike } from './stored-spans.ts';

/** Rows with their spans. */
export interface ReadRows {
  readonly rows: readonly { readonly key: RowKey; readonly spans: readonly ReadableSpanLike[] }[];
  /** Rows of another version may be no spans of ours. */
  readonly unreadable: readonly RowKey[];
}

/** Reads the rows that are still there. */
export async function readRows(store: SpanStore, keys: readonly RowKey[]): Promise<ReadRows> {
  const texts = await store.read(keys);
  const unreadable: RowKey[] = [];
  const rows = keys.flatMap((key, index) => {
    const text = texts[index];
    if (text === undefined) return [];
    try {
      return [{ key, spans: parseSpans(text) }];
    } catch {
      unreadable.push(key);
      return [];
    }
  });
  return { rows, unreadable };
}
