import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { createStore, get, getMany, keys, promisifyRequest, set } from 'idb-keyval';

/** All that is asked of a row before it is read; rows sort by it: normal before abnormal, then by age. */
export type RowKey = [
  /** 1 for spans with status ERROR. */
  abnormal: 0 | 1,
  /** Epoch milliseconds at which it was written. */
  time: number,
  id: string,
  /** Length of the text. */
  size: number,
  /** How many closes are in it; other spans are not counted. */
  closes: number,
];

/** Some spans as text. */
export interface Row {
  readonly key: RowKey;
  readonly text: string;
}

/** When to send again, for all tabs. */
export interface Pause {
  /** Epoch milliseconds. */
  readonly until: number;
  /** How many sends failed one after the other. */
  readonly failures: number;
  /** The receiver named the time (`Retry-After`). */
  readonly asked: boolean;
}

/** Where rows outlive the page, or as long as it. */
export interface SpanStore {
  /** Sorted. */
  keys(): Promise<RowKey[]>;
  /** The text of each; `undefined` for one that is gone. */
  read(keys: readonly RowKey[]): Promise<(string | undefined)[]>;
  /** Adds and removes in one step, which is begun within this call. */
  change(add: readonly Row[], remove: readonly RowKey[]): Promise<void>;
  pause(): Promise<Pause | undefined>;
  setPause(pause: Pause | undefined): Promise<void>;
}

const PAUSE = 'pause';

/**
 * Opens the store of a name, which all pages and workers of an origin share.
 * It is in IndexedDB; in memory, after one `diag.warn`, where there is none, or it fails. Without Web Locks, as on plain
 * `http:` pages, it is in memory, too: two pages would send what both find.
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
        // A page that goes has no later turn in which it would commit by itself.
        rows.transaction.commit?.();
        return done;
      });
    },
    pause: () => get<Pause>(PAUSE, use),
    setPause: (pause) => set(PAUSE, pause, use),
  };
}

/** The same for one page or worker. */
export function createMemoryStore(): SpanStore {
  const rows = new Map<string, Row>();
  let pause: Pause | undefined;
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
