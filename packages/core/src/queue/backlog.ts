/** Holds items in the order in which they came. */
export interface Backlog<T> {
  /** Adds an item behind the others. */
  push(item: T): void;
  /** Removes and returns the oldest item; `undefined` when there is none. */
  shift(): T | undefined;
  /** Returns the number of items. */
  size(): number;
  /**
   * Removes and returns 1024 items, or all when there are fewer: the oldest that matter less, then the oldest others.
   */
  evict(mattersLess: (item: T) => boolean): T[];
}

/**
 * Number of items that one eviction removes. An eviction copies the backlog, so that room for one item alone costs too
 * much.
 */
const EVICTED_ITEMS = 1024;

/**
 * Makes a backlog whose `shift` moves no other item, as `shift` of an array would.
 * @param incoming first items; the backlog keeps this array and changes it
 */
export function createBacklog<T>(incoming: T[]): Backlog<T> {
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
