import { patchMethod } from '@closespan/core';

/** As `patchMethod`, for a method that the owner may inherit. */
export function patchInherited(
  owner: object,
  name: string,
  around: Parameters<typeof patchMethod>[2],
): () => void {
  if (Object.hasOwn(owner, name)) return patchMethod(owner, name, around);
  const value: unknown = Reflect.get(owner, name);
  Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  const unpatch = patchMethod(owner, name, around);
  return () => {
    unpatch();
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === value) Reflect.deleteProperty(owner, name);
  };
}
