import type { SendPause, SpanStore, StoredRow } from './span-store.ts';

/** Makes a store in memory. The rows are lost when the page or worker ends. */
export function createMemoryStore(): SpanStore {
  const rows = new Map<string, StoredRow>();
  let pause: SendPause | undefined;
  return {
    keys: async () => [...rows.values()].map(({ key }) => key).sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    read: async (keys) => keys.map(([, , id]) => rows.get(id)?.text),
    async change(add, remove) {
      for (const [, , id] of remove) rows.delete(id);
      for (const { key, text } of add) rows.set(key[2], { key, text });
    },
    pause: async () => pause,
    async setPause(value) {
      pause = value;
    },
    alone: (task) => task(),
  };
}
