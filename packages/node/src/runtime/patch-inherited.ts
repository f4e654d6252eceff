import { patchBefore } from '@closespan/core/platform';

/**
 * Runs `before` just before each call of a method. If the object inherits the method, the object itself gets a patched
 * copy.
 * @returns a function that removes the patch
 */
export function patchInherited(
  owner: object,
  name: string,
  before: Parameters<typeof patchBefore>[2],
): () => void {
  if (Object.hasOwn(owner, name)) return patchBefore(owner, name, before);
  const value: unknown = Reflect.get(owner, name);
  Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  const stop = patchBefore(owner, name, before);
  return () => {
    stop();
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === value) Reflect.deleteProperty(owner, name);
  };
}
