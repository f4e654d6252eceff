import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { isRowKey } from './span-rows.ts';
import type { SpanStore } from './span-store.ts';
import { underLock } from './web-lock.ts';

const PAUSE = 'pause';
/** Time that a task may take for its use of IndexedDB, in milliseconds. */
const MARGIN_MILLIS = 3000;

/**
 * Makes a store in the IndexedDB database with this name, which is opened at the first use. The methods reject if
 * IndexedDB or Web Locks fail.
 * @param taskMillis milliseconds that a task takes at most, without its use of IndexedDB
 */
export function createDurableStore(name: string, taskMillis: number): SpanStore {
  const useStore = createStore(name, 'spans');
  const use: UseStore = async (mode, act) =>
    useStore(mode, (rows) => {
      const { db } = rows.transaction;
      // An open database would keep the app from deleting it.
      db.onversionchange = () => db.close();
      return act(rows);
    });
  const change = (act: (rows: IDBObjectStore) => void) =>
    use('readwrite', (rows) => {
      act(rows);
      // IndexedDB commits by itself in a later turn, which a page that goes no longer has.
      rows.transaction.commit?.();
      return promisifyRequest(rows.transaction);
    });
  return {
    keys: () => use('readonly', async (rows) => (await promisifyRequest(rows.getAllKeys())).filter(isRowKey)),
    read: (keys) =>
      use('readonly', (rows) => Promise.all(keys.map((key) => promisifyRequest(rows.get(key))))),
    change: (add, remove) =>
      change((rows) => {
        for (const key of remove) rows.delete(key);
        for (const { key, text } of add) rows.put(text, key);
      }),
    pause: () => use('readonly', (rows) => promisifyRequest(rows.get(PAUSE))),
    setPause: (pause) => change((rows) => rows.put(pause, PAUSE)),
    alone: (task) => underLock(name, taskMillis + MARGIN_MILLIS, task),
  };
}
