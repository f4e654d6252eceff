/** Holds items in the order of their arrival. */
export interface Backlog<T> {
  /** Adds an item after all other items. */
  push(item: T): void;
  /** Removes and returns the oldest item. Returns `undefined` if there is no item. */
  shift(): T | undefined;
  /** Returns the number of items. */
  size(): number;
  /**
   * Removes and returns 1024 items, or all items if there are fewer. Items for which `mattersLess` returns `true` are
   * removed first, then others. Older items are removed before newer items.
   */
  evict(mattersLess: (item: T) => boolean): T[];
}

/**
 * Number of items that one eviction removes. Each eviction copies the whole backlog, so removing a single item would
 * cost too much.
 */
const EVICTED_ITEMS = 1024;

/** Makes a backlog. Its `shift` moves no other items, unlike `shift` of an array. */
export function createBacklog<T>(): Backlog<T> {
  let incoming: T[] = [];
  let outgoing: T[] = [];
  let next = 0;

  return {
    push(item) {
      incoming.push(item);
    },
    shift() {
      if (next === outgoing.length) [outgoing, incoming, next] = [incoming, [], 0];
      const item = outgoing[next];
      // Items that were taken can be collected as soon as the array is dropped.
      if (++next >= outgoing.length) [outgoing, next] = [[], 0];
      return item;
    },
    size: () => incoming.length + outgoing.length - next,
    evict(mattersLess) {
      const items = outgoing.slice(next).concat(incoming);
      const evicted: T[] = [];
      const kept = items.filter((item) => {
        const goes = evicted.length < EVICTED_ITEMS && mattersLess(item);
        if (goes) evicted.push(item);
        return !goes;
      });
      evicted.push(...kept.splice(0, EVICTED_ITEMS - evicted.length));
      [outgoing, incoming, next] = [[], kept, 0];
      return evicted;
    },
  };
}
