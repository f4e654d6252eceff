/**
 * Storage of texts by key, as AsyncStorage and `localStorage` have it. Each method may return its result or a promise of
 * it.
 */
export interface KeyValueStore {
  /** Returns the text of a key; `null` or `undefined` without one. */
  getItem(key: string): unknown;
  /** Stores a text. */
  setItem(key: string, value: string): unknown;
  /** Removes a key and its text. */
  removeItem(key: string): unknown;
}
