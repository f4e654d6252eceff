/** Largest number of characters that all keys of one table have together. A short key counts as 128 characters. */
const LIMIT = 32_768;

/**
 * Makes a function that returns one shared value for equal keys, so that many connections hold one object.
 * @returns a function that looks up a key and calls `make` for a new key. The table is emptied after 256 short keys, or
 *   after fewer long ones
 */
export function createSharedValues<T>(): (key: string, make: () => T) => T {
  const values = new Map<string, T>();
  let length = 0;
  return (key, make) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    length += Math.max(key.length, LIMIT / 256);
    if (length > LIMIT) {
      values.clear();
      length = 0;
    }
    const value = make();
    values.set(key, value);
    return value;
  };
}
