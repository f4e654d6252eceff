import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { createStore, get, getMany, keys, promisifyRequest, set } from 'idb-keyval';

/**
 * Key of a row in the store. Bounds and order are decided by keys alone, so that no row is read for them. IndexedDB sorts
 * keys: normal before abnormal, then by age.
 */
export type RowKey = [
  /** 1 for spans with status ERROR, 0 for others. */
  abnormal: 0 | 1,
  /** Epoch milliseconds at which the row was written. */
  time: number,
  id: string,
  /** Length of the row's text, in characters. */
  size: number,
  /** Number of closes in the row; other spans are not counted. */
  closes: number,
];

/** A row of the store: up to 64 spans as text. */
export interface StoredRow {
  readonly key: RowKey;
  readonly text: string;
}

/** A pause in sending after a failure, for all pages and workers of the origin. */
export interface SendPause {
  /** Epoch milliseconds at which the pause is over. */
  readonly until: number;
  /** Number of sends that failed one after the other. */
  readonly failures: number;
  /** Whether the receiver asked for the pause with `Retry-After`. */
  readonly asked: boolean;
}

/** Keeps rows of spans: in IndexedDB, where they outlive the page, or in memory. */
export interface SpanStore {
  /** Resolves to the keys of all rows, sorted. */
  keys(): Promise<RowKey[]>;
  /** Resolves to the text of each row, in the order of the keys; `undefined` for a row that is gone. */
  read(keys: readonly RowKey[]): Promise<(string | undefined)[]>;
  /** Adds and removes rows in one transaction, which begins within this call. */
  change(add: readonly StoredRow[], remove: readonly RowKey[]): Promise<void>;
  /** Resolves to the pause in sending; `undefined` without one. */
  pause(): Promise<SendPause | undefined>;
  /** Replaces the pause in sending; `undefined` removes it. */
  setPause(pause: SendPause | undefined): Promise<void>;
}

const PAUSE = 'pause';

/**
 * Opens the store of a name in IndexedDB, which all pages and workers of an origin share. Where IndexedDB is missing or
 * fails, the store is in memory, after one `diag.warn`. Without Web Locks, as on plain `http:` pages, the store is in
 * memory, too: two pages would send the rows that both find.
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

/** Makes a store in memory, which ends with its page or worker. */
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
