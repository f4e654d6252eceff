/** Of a function: those that a proxy of it may have here. */
type Traps<T extends object> = Pick<ProxyHandler<T>, 'apply' | 'construct'>;

/**
 * Replaces the value of a property in place, or its getter; one that is missing, no function or not configurable stays as it is.
 * @param by traps for a proxy of what is there, or what gives another value
 * @returns what ends that: it puts the original back, if the value is still ours, and takes the traps out, for where
 * others have wrapped the proxy since
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
