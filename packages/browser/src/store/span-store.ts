import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { createStore, get, getMany, keys, promisifyRequest, set } from 'idb-keyval';

/**
 * Key of a row in the store. Limits and order are computed from keys alone, so no row has to be read. IndexedDB sorts
 * normal rows before abnormal rows, and old rows before new rows.
 */
export type RowKey = [
  /** 1 if the spans have the status ERROR, otherwise 0. */
  abnormal: 0 | 1,
  /** Time at which the row was written, in epoch milliseconds. */
  time: number,
  id: string,
  /** Length of the row's text, in characters. */
  size: number,
  /** Number of closes in the row. Other spans are not counted. */
  closes: number,
];

/** A row of the store: the JSON text of up to 64 spans, and its key. */
export interface StoredRow {
  readonly key: RowKey;
  readonly text: string;
}

/** A pause in sending after a failure. All pages and workers of the origin share the pause. */
export interface SendPause {
  /** Time at which the pause ends, in epoch milliseconds. */
  readonly until: number;
  /** Number of failed sends since the last send that did not fail. */
  readonly failures: number;
  /** Whether the receiver asked for the pause with the header `Retry-After`. */
  readonly asked: boolean;
}

/** Keeps rows of spans in IndexedDB, in which rows outlive the page, or in memory. */
export interface SpanStore {
  /** Resolves to the keys of all rows: normal rows before abnormal rows, and old rows before new rows. */
  keys(): Promise<RowKey[]>;
  /**
   * Resolves to the text of each row, in the order of the keys. The text is `undefined` for a row that no longer
   * exists.
   */
  read(keys: readonly RowKey[]): Promise<(string | undefined)[]>;
  /** Adds and removes rows in one transaction. The transaction begins before the function returns. */
  change(add: readonly StoredRow[], remove: readonly RowKey[]): Promise<void>;
  /** Resolves to the current pause in sending, or to `undefined` without a pause. */
  pause(): Promise<SendPause | undefined>;
  /** Sets the pause in sending. `undefined` removes the pause. */
  setPause(pause: SendPause | undefined): Promise<void>;
}

const PAUSE = 'pause';

/**
 * Opens the IndexedDB store with this name, which all pages and workers of an origin share. If IndexedDB is missing or
 * fails, the function logs one `diag.warn`, and the store is in memory. The store is also in memory without Web Locks,
 * as on `http:` pages. Without a lock two pages would send the rows that both find.
 */
export function openSpanStore(name: string): SpanStore {
  const memory = createMemoryStore();
  let store = globalThis.navigator?.locks ? createDurableStore(name) : memory;
  async function attempt<T>(act: (store: SpanStore) => Promise<T>): Promise<T> {
    try {
      return await act(store);
    } catch (error) {
      if (store !== memory) diag.warn(`${NAME}: no IndexedDB, spans wait in memory`, error);
      store = memory;
      return act(store);
    }
  }
  return {
    keys: () => attempt((store) => store.keys()),
    read: (keys) => attempt((store) => store.read(keys)),
    change: (add, remove) => attempt((store) => store.change(add, remove)),
    pause: () => attempt((store) => store.pause()),
    setPause: (pause) => attempt((store) => store.setPause(pause)),
  };
}

function createDurableStore(name: string): SpanStore {
  const use = createStore(name, 'spans');
  return {
    keys: async () => (await keys<RowKey | typeof PAUSE>(use)).filter((key) => key !== PAUSE),
    read: (keys) => getMany<string | undefined>([...keys], use),
    change: async (add, remove) => {
      await use('readwrite', (rows) => {
        for (const key of remove) rows.delete(key);
        for (const { key, text } of add) rows.put(text, key);
        const done = promisifyRequest(rows.transaction);
        // IndexedDB commits by itself in a later turn, which a page that goes no longer has.
        rows.transaction.commit?.();
        return done;
      });
    },
    pause: () => get<SendPause>(PAUSE, use),
    setPause: (pause) => set(PAUSE, pause, use),
  };
}

/** Makes a store in memory. The rows are lost when the page or worker ends. */
export function createMemoryStore(): SpanStore {
  const rows = new Map<string, StoredRow>();
  let pause: SendPause | undefined;
  return {
    keys: async () => [...rows.values()].map(({ key }) => key).sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    read: async (keys) => keys.map(([, , id]) => rows.get(id)?.text),
    async change(add, remove) {
      for (const [, , id] of remove) rows.delete(id);
      for (const row of add) rows.set(row.key[2], row);
    },
    pause: async () => pause,
    async setPause(value) {
      pause = value;
    },
  };
}
