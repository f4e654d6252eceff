/**
 * Sets the value of a key, and forgets the key that was set least recently if there are too many keys.
 * @param most largest number of keys
 */
export function setRecent<T>(values: Map<string, T>, key: string, value: T, most: number): void {
  values.delete(key);
  values.set(key, value);
  const [oldest] = values.keys();
  if (values.size > most && oldest !== undefined) values.delete(oldest);
}
