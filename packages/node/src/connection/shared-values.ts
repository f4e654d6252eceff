const LIMIT = 256;

/**
 * Makes a function that gives equal keys one shared value, so that many connections hold one object.
 * @returns a function that looks a key up and calls `make` for a new key. After 256 keys the table starts anew
 */
export function createSharedValues<T>(): (key: string, make: () => T) => T {
  const values = new Map<string, T>();
  return (key, make) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    if (values.size >= LIMIT) values.clear();
    const value = make();
    values.set(key, value);
    return value;
  };
}
