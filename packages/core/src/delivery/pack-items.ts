/** Largest body of a request with several items, in bytes. The proxy `nginx` takes 1 MiB by default. */
const LONGEST_BODY = 1_000_000;

/**
 * Puts items into batches of at most 1 MB. A batch with a single item may be longer.
 * @param emptySize size of a request without items, in bytes
 */
export function packItems<T>(items: readonly T[], sizeOf: (item: T) => number, emptySize: number): T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  let bytes = LONGEST_BODY;
  for (const item of items) {
    const size = sizeOf(item);
    if (bytes + size > LONGEST_BODY) {
      batch = [];
      batches.push(batch);
      bytes = emptySize;
    }
    batch.push(item);
    bytes += size;
  }
  return batches;
}

/** Returns the two halves of a list. A list of one item has no halves: the result is then empty. */
export function halvesOf<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [];
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

/** Returns items in groups of one key each, in the order of the first items. */
export function groupsOf<T, K>(items: readonly T[], keyOf: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}
