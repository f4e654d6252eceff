/** Traps for a proxy of a function. */
type Traps<T extends object> = Pick<ProxyHandler<T>, 'apply' | 'construct'>;

/**
 * Replaces a function in place: the value of a property, or its getter. A property that is missing, that holds no
 * function or that is not configurable stays as it is.
 * @param by traps for a proxy of the function, or a function that returns the new value
 * @param field `get` for a getter
 * @returns a function that stops the replacement: it removes the traps, and restores the original unless somebody has
 * replaced the value since
 */
export function replaceValue<T extends object>(
  owner: object | undefined,
  name: string,
  by: Traps<T> | (() => object),
  field: 'value' | 'get' = 'value',
): () => void {
  const descriptor = owner && Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = descriptor?.[field];
  if (typeof original !== 'function' || !descriptor?.configurable) return () => {};
  // The caller knows what kind of function the property holds.
  const value = typeof by === 'function' ? by() : new Proxy(original as unknown as T, by);
  Object.defineProperty(owner, name, { ...descriptor, [field]: value });
  return () => {
    for (const trap in by) delete by[trap as keyof typeof by];
    if (Object.getOwnPropertyDescriptor(owner, name)?.[field] === value) {
      Object.defineProperty(owner, name, descriptor);
    }
  };
}
