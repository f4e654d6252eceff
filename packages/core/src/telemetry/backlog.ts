/** Items in the order in which they came. */
export interface Backlog<T> {
  push(item: T): void;
  /** Takes the oldest. */
  shift(): T | undefined;
  size(): number;
  /** Gives up some of the oldest, of those that matter less as far as there are enough. Returns how many. */
  evict(mattersLess: (item: T) => boolean): number;
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
      let left = Math.min(EVICTED_ITEMS, items.length);
      const kept = items.filter((item) => {
        const goes = left > 0 && mattersLess(item);
        if (goes) left--;
        return !goes;
      });
      [outgoing, incoming, next] = [[], kept.slice(left), 0];
      return items.length - incoming.length;
    },
  };
}
