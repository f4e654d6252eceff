import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Method = (this: object, ...args: unknown[]) => unknown;
/** Runs in place of a method, and returns the result of the call. */
type Around = (original: (...args: unknown[]) => unknown, self: object, args: unknown[]) => unknown;

/**
 * Replaces a method in place, or a getter, by a proxy: name, length and printed text stay those of the original.
 * @param around called in place of the method, with the original, `this` and the arguments
 * @param field `get` for a getter
 * @returns a function that stops the patch: it restores the original, or, where others have wrapped the proxy since or
 * frozen the property, lets the proxy do no more than call the original; `undefined` where nothing could be patched
 */
export function patchMethod(
  owner: object,
  name: string,
  around: Around,
  field?: 'get',
): (() => void) | undefined {
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
 * Runs `before` ahead of each call of a method. An error in `before` costs a `diag.error`, and the call goes on.
 * @param before may return a function that takes back what it noted; that function runs if the call throws
 * @returns a function that stops the patch: it restores the original, or, where others have wrapped the proxy since or
 * frozen the property, lets the proxy do no more than call the original; `undefined` where nothing could be patched
 */
export function patchBefore(
  owner: object | undefined,
  name: string,
  before: (self: object, args: readonly unknown[]) => (() => void) | undefined,
): (() => void) | undefined {
  return replaceValue<Method>(owner, name, {
    apply(target, self, args) {
      let takeBack = guard(name, () => before(self, args));
      try {
        const result = Reflect.apply(target, self, args);
        takeBack = undefined;
        return result;
      } finally {
        // Not `catch`: after a rethrow, a crash report would show this line and not the app's.
        takeBack?.();
      }
    },
  });
}
