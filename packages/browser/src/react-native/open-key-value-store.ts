import { diag, NAME } from '@closespan/browser/recording';
import { inTime } from '../store/in-time.ts';
import type { RowKey, SendPause, SpanStore, StoredRow } from '../store/span-store.ts';
import type { KeyValueStore } from './key-value-store.ts';
import { MOST_ROWS, readIndex, type StoreIndex, writeIndex } from './store-index.ts';

/** Most characters of all rows in the app's storage. */
export const MOST_STORED = 1024 * 1024;
/** Longest time of one use of the app's storage, in milliseconds. */
const USE_MILLIS = 5000;

/** A row of the store. The text of a row of an earlier run is only in the storage. */
interface Row extends Omit<StoredRow, 'text'> {
  readonly text: string | undefined;
  /** Number of the row's item in the storage. `undefined` for a row that is only in memory. */
  slot: number | undefined;
}

/**
 * Opens a store of spans in the app's storage: one item with the keys of all rows, and one item a row. Rows for which the
 * storage has no room are in memory. If the storage throws, rejects or hangs, all later rows are in memory, and one
 * `diag.warn` says so.
 * @param name beginning of all keys in the storage
 */
export function openKeyValueStore(name: string, storage: KeyValueStore): SpanStore {
  const rows = new Map<string, Row>();
  /** Texts to write, by slot; `undefined` for an item to remove. */
  const changed = new Map<number, string | undefined>();
  let pause: SendPause | undefined;
  let isChanged = false;
  let isBroken = false;
  let saving: Promise<void> | undefined;
  const opened = open();

  /** Uses the storage. Resolves to `undefined` if the storage fails, now or earlier. The call begins at once. */
  async function attempt(act: () => unknown): Promise<unknown> {
    if (isBroken) return undefined;
    try {
      return await inTime(new Promise<unknown>((resolve) => resolve(act())), USE_MILLIS);
    } catch (error) {
      if (!isBroken) diag.warn(`${NAME}: the storage failed, spans wait in memory`, error);
      isBroken = true;
      return undefined;
    }
  }

  async function open(): Promise<void> {
    const index = (await attempt(async () => readIndex(await storage.getItem(name)))) as
      | StoreIndex
      | undefined;
    for (const [key, slot] of index?.rows ?? []) rows.set(key[2], { key, text: undefined, slot });
    pause ??= index?.pause;
  }

  const itemOf = (slot: number) => `${name}:${slot}`;

  /** Gives rows a place in the storage while there is room. */
  function place(): void {
    const taken = new Set<number>();
    let stored = 0;
    for (const { key, slot } of rows.values()) {
      if (slot === undefined) continue;
      taken.add(slot);
      stored += key[3];
    }
    let next = 0;
    for (const row of rows.values()) {
      while (taken.has(next)) next++;
      if (next >= MOST_ROWS) return;
      if (row.slot !== undefined || row.text === undefined || stored + row.text.length > MOST_STORED)
        continue;
      taken.add(next);
      stored += row.text.length;
      row.slot = next;
      changed.set(next, row.text);
      isChanged = true;
    }
  }

  function save(): Promise<void> {
    saving ??= saveAll().finally(() => {
      saving = undefined;
    });
    return saving;
  }

  /** Writes new rows before the list, and removes rows after it: a crash never leaves a sent row in the list. */
  async function saveAll(): Promise<void> {
    while (isChanged && !isBroken) {
      isChanged = false;
      const changes = [...changed];
      changed.clear();
      const stored = [...rows.values()].flatMap(({ key, slot }) =>
        slot === undefined ? [] : [[key, slot] as const],
      );
      const isEmpty = stored.length === 0 && !pause;
      const list = writeIndex({ rows: stored, pause });
      for (const [slot, text] of changes) {
        if (text !== undefined) await attempt(() => storage.setItem(itemOf(slot), text));
      }
      await attempt(() => (isEmpty ? storage.removeItem(name) : storage.setItem(name, list)));
      for (const [slot, text] of changes) {
        if (text === undefined) await attempt(() => storage.removeItem(itemOf(slot)));
      }
    }
  }

  async function read([, , id, size]: RowKey): Promise<string | undefined> {
    const { text, slot } = rows.get(id) ?? {};
    if (text !== undefined || slot === undefined) return text;
    const stored = await attempt(() => storage.getItem(itemOf(slot)));
    // Another text may stand there after a crash.
    return typeof stored === 'string' && stored.length === size ? stored : undefined;
  }

  return {
    async keys() {
      await opened;
      return [...rows.values()].map(({ key }) => key).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    },
    async read(keys) {
      await opened;
      return Promise.all(keys.map(read));
    },
    async change(add, remove) {
      for (const [, , id] of remove) {
        const { slot } = rows.get(id) ?? {};
        rows.delete(id);
        if (slot === undefined) continue;
        changed.set(slot, undefined);
        isChanged = true;
      }
      for (const { key, text } of add) rows.set(key[2], { key, text, slot: undefined });
      await opened;
      place();
      await save();
    },
    async pause() {
      await opened;
      return pause;
    },
    async setPause(value) {
      await opened;
      isChanged ||= pause !== value;
      pause = value;
      await save();
    },
    alone: (task) => task(),
  };
}
