/**
 * Replaces the value of a property in place, or its getter; one that is missing, no function or not configurable stays as it is.
 * @returns what puts the original back, if the value is still ours
 */
export function replaceValue<T extends object>(
  owner: object,
  name: string,
  replacementOf: (original: T) => T,
  field: 'value' | 'get' = 'value',
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = descriptor?.[field];
  if (typeof original !== 'function' || !descriptor?.configurable) return () => {};
  // The caller knows what kind of function the property holds.
  const value = replacementOf(original as unknown as T);
  Object.defineProperty(owner, name, { ...descriptor, [field]: value });
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.[field] === value) {
      Object.defineProperty(owner, name, descriptor);
    }
  };
}
