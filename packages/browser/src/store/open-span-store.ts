import { diag, NAME } from '@closespan/browser/recording';
import { createDurableStore } from './durable-store.ts';
import { inTime } from './in-time.ts';
import { createMemoryStore } from './memory-store.ts';
import type { SpanStore } from './span-store.ts';

/** Longest time of one use of IndexedDB, in milliseconds. A transaction of another page may last for ever. */
const USE_MILLIS = 5000;

/**
 * Opens the IndexedDB store with this name, which all pages and workers of an origin share. IndexedDB and Web Locks are
 * used once before the first row is written. If one of them is missing, fails or hangs, then or later, the store is in
 * memory from then on. One `diag.warn` says so, unless there are no Web Locks, as on `http:` pages. Without a lock two
 * pages would send the rows that both find.
 * @param taskMillis milliseconds that a task usually takes at most; a page that runs one alone for longer is taken for
 * frozen
 */
export function openSpanStore(name: string, taskMillis: number): SpanStore {
  /** Also holds copies of this page's rows in IndexedDB, from where they may not come back. */
  const memory = createMemoryStore();
  const durable = createDurableStore(name, taskMillis);
  let store = tryOut();

  async function tryOut(): Promise<SpanStore> {
    try {
      if (!globalThis.navigator?.locks) return memory;
      // Both may be there and reject each use: in a sandboxed frame, or where storage is blocked.
      const lock = navigator.locks.request(
        name,
        { __proto__: null, ifAvailable: true } as LockOptions,
        () => {},
      );
      await inTime(Promise.all([lock, durable.keys()]), USE_MILLIS);
      return durable;
    } catch (error) {
      warn(error);
      return memory;
    }
  }

  function warn(error: unknown): void {
    diag.warn(`${NAME}: no IndexedDB or Web Locks, spans wait in memory`, error);
  }

  /** Uses the store. If the use fails, memory is used instead, now and later. */
  async function attempt<T>(act: (store: SpanStore) => Promise<T>, millis?: number): Promise<T> {
    const current = store;
    const used = await current;
    if (used === memory) return act(memory);
    try {
      return await (millis ? inTime(act(used), millis) : act(used));
    } catch (error) {
      if (store === current) {
        warn(error);
        store = Promise.resolve(memory);
        // Or another page would send the copies, too. A write that hangs comes before this one.
        durable.change([], await memory.keys()).catch(() => {});
      }
    }
    return act(memory);
  }

  return {
    async keys() {
      const own = await memory.keys();
      const keys = await attempt((store) => store.keys(), USE_MILLIS);
      const ids = new Set(keys.map(([, , id]) => id));
      // Another page may have sent some.
      await memory.change(
        [],
        own.filter(([, , id]) => !ids.has(id)),
      );
      return keys;
    },
    read: (keys) => attempt((store) => store.read(keys), USE_MILLIS),
    async change(add, remove) {
      const change = (store: SpanStore) => store.change(add, remove);
      await Promise.all([change(memory), attempt(change, USE_MILLIS)]);
    },
    pause: () => attempt((store) => store.pause(), USE_MILLIS),
    setPause: (pause) => attempt((store) => store.setPause(pause), USE_MILLIS),
    // Later a lock may be refused, too: to a page that is no longer shown.
    alone: (task) => attempt((store) => store.alone(task)),
  };
}
