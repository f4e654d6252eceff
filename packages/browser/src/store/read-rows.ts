import type { RowKey, SpanStore } from './span-store.ts';
import type { StoredSpan } from './stored-spans.ts';

/** Rows of spans that were read from a store. */
export interface ReadRows {
  /** Rows that the store still contains, each with its spans. */
  readonly rows: readonly { readonly key: RowKey; readonly spans: readonly StoredSpan[] }[];
  /** Keys of rows whose text cannot be read as spans. Another version of closespan may have written such rows. */
  readonly unreadable: readonly RowKey[];
}

/** Reads rows of spans from a store. Rows that the store no longer contains are left out. */
export async function readRows(store: SpanStore, keys: readonly RowKey[]): Promise<ReadRows> {
  const texts = await store.read(keys);
  const unreadable: RowKey[] = [];
  const rows = keys.flatMap((key, index) => {
    const text = texts[index];
    if (text === undefined) return [];
    try {
      // What is no list throws, too.
      const spans = [...(JSON.parse(text) as StoredSpan[])];
      if (spans.every(isSpan)) return [{ key, spans }];
    } catch {
      // As a list of what are no spans.
    }
    unreadable.push(key);
    return [];
  });
  return { rows, unreadable };
}

/** Says whether a value looks like a span: with all that an exporter reads members of. Throws for `null`. */
function isSpan({ context, resource, links, events }: StoredSpan): boolean {
  return [context, resource].every(Boolean) && [links, events].every(Array.isArray);
}
