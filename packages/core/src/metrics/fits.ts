/**
 * Returns whether an item is in a set, or could be added to the set.
 * @param most largest number of items of the set
 */
export function fits<T>(set: Set<T>, item: T, most: number): boolean {
  return set.has(item) || (set.size < most && Boolean(set.add(item)));
}
