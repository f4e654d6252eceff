const LIMIT = 256;

/** Makes a table of values that many connections share; when it is full it starts anew. */
export function createInterner<T>(): (key: string, make: () => T) => T {
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
