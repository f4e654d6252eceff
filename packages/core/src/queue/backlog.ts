/** Items in the order in which they came. */
export interface Backlog<T> {
  push(item: T): void;
  /** Takes the oldest. */
  shift(): T | undefined;
  size(): number;
  /** Gives up some of the oldest, of those that matter less as far as there are enough, and returns them. */
  evict(mattersLess: (item: T) => boolean): T[];
}

/** To make room for one at a time would copy the items for each. */
const EVICTED_ITEMS = 1024;

/**
 * Makes a backlog whose items do not move: an array's own `shift` moves all others.
 * @param incoming its first items; the backlog goes on with this array
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
      // What is taken is not held on to.
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
