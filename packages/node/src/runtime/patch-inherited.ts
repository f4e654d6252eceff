import { defineProperty, patchBefore, warnOfFrozen } from '@closespan/core/platform';

/**
 * Runs `before` just before each call of a method. If the object inherits the method, the object itself gets a patched
 * copy. A frozen object stays as it is, and costs a `diag.warn`.
 * @returns a function that removes the patch; `undefined` where nothing could be patched
 */
export function patchInherited(
  owner: object,
  name: string,
  before: Parameters<typeof patchBefore>[2],
): (() => void) | undefined {
  if (Object.hasOwn(owner, name)) return patchBefore(owner, name, before);
  const value: unknown = Reflect.get(owner, name);
  if (!defineProperty(owner, name, { value, writable: true, configurable: true })) {
    warnOfFrozen(owner, name);
    return undefined;
  }
  const stop = patchBefore(owner, name, before);
  return () => {
    stop?.();
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === value) Reflect.deleteProperty(owner, name);
  };
}
