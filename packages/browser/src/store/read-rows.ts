import type { RowKey, SpanStore } from './span-store.ts';
import { parseSpans, type ReadableSpanLike } from './stored-spans.ts';

/** Rows that were read from a store. */
export interface ReadRows {
  /** The rows that are still there, each with its spans. */
  readonly rows: readonly { readonly key: RowKey; readonly spans: readonly ReadableSpanLike[] }[];
  /** Keys of rows whose text holds no spans, as another version of this package may have written them. */
  readonly unreadable: readonly RowKey[];
}

/** Reads rows of a store, and leaves out those that are gone. */
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
