import { patchBefore } from '@closespan/core/platform';

/**
 * Runs `before` ahead of each call of a method that an object may inherit. An inherited method gets a patched copy on
 * the object itself.
 * @returns a function that stops it, as of `patchBefore`
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
