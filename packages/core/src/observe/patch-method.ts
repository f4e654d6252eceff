import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Method = (this: object, ...args: unknown[]) => unknown;
type Around = (original: (...args: unknown[]) => unknown, self: object, args: unknown[]) => unknown;

/**
 * Replaces a method in place, or a getter. A proxy keeps its name, its length and that it prints as a function.
 * @returns what ends that: it puts the original back, or only calls it where others have wrapped the proxy since
 */
export function patchMethod(owner: object, name: string, around: Around, field?: 'get'): () => void {
  return replaceValue<Method>(
    owner,
    name,
    {
      apply: (target, self, args) => around((...passed) => Reflect.apply(target, self, passed), self, args),
    },
    field,
  );
}

/**
 * Runs `before` ahead of each call of a method. What `before` returns is run if the call throws, to take back what was
 * noted too early.
 * @returns what ends that, as of `patchMethod`
 */
export function patchBefore(
  owner: object | undefined,
  name: string,
  before: (self: object, args: readonly unknown[]) => (() => void) | undefined,
): () => void {
  return replaceValue<Method>(owner, name, {
    apply(target, self, args) {
      let takeBack = guard(name, () => before(self, args));
      try {
        const result = Reflect.apply(target, self, args);
        takeBack = undefined;
        return result;
      } finally {
        // Not `catch`: an error that is thrown again makes a crash report our line, and not the app's.
        takeBack?.();
      }
    },
  });
}
