import { guard } from './guard.ts';

type Method = (this: never, ...args: never[]) => unknown;
type Around = (original: (...args: unknown[]) => unknown, self: object, args: unknown[]) => unknown;

/**
 * Replaces a method in place. A proxy keeps its name, its length and how it prints.
 * @returns what puts the original back, if the method is still ours
 */
export function patchMethod(owner: object, name: string, around: Around): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original = descriptor?.value as Method | undefined;
  if (typeof original !== 'function' || !descriptor?.configurable) return () => {};
  const patched = new Proxy(original, {
    apply: (target, self, args) => around((...passed) => Reflect.apply(target, self, passed), self, args),
  });
  Object.defineProperty(owner, name, { ...descriptor, value: patched });
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === patched) {
      Object.defineProperty(owner, name, descriptor);
    }
  };
}

/**
 * Runs `before` ahead of each call of a method. What `before` returns is run if the call throws, to take back what was
 * noted too early.
 * @returns what puts the original back, if the method is still ours
 */
export function patchBefore(
  owner: object,
  name: string,
  before: (self: object, args: readonly unknown[]) => (() => void) | undefined,
): () => void {
  return patchMethod(owner, name, (original, self, args) => {
    const takeBack = guard(name, () => before(self, args), undefined);
    try {
      return original(...args);
    } catch (error) {
      takeBack?.();
      throw error;
    }
  });
}
