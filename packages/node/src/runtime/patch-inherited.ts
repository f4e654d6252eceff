import { patchBefore } from '@closespan/core/platform';

/** As `patchBefore`, for a method that the owner may inherit. */
export function patchInherited(
  owner: object,
  name: string,
  before: Parameters<typeof patchBefore>[2],
): () => void {
  if (Object.hasOwn(owner, name)) return patchBefore(owner, name, before);
  const value: unknown = Reflect.get(owner, name);
  Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  const unpatch = patchBefore(owner, name, before);
  return () => {
    unpatch();
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === value) Reflect.deleteProperty(owner, name);
  };
}
