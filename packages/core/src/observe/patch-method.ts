import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Method = (this: object, ...args: unknown[]) => unknown;
/** Runs instead of a method. The returned value becomes the result of the call. */
type Around = (original: (...args: unknown[]) => unknown, self: object, args: unknown[]) => unknown;

/**
 * Replaces a method or getter by a proxy. Name, length and printed text stay those of the original.
 * @param around called instead of the method, with the original, `this` and the arguments
 * @param field `get` for a getter
 * @returns a function that stops the patch: it restores the original. If other code has wrapped the proxy or frozen the
 * property, the proxy stays and only calls the original. `undefined` if nothing could be patched
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
 * Runs `before` ahead of each call of a method. An error in `before` is logged with `diag.error`, and the method is
 * still called.
 * @param before may return a function that removes what `before` noted; the returned function runs if the method throws
 * @returns a function that stops the patch: it restores the original. If other code has wrapped the proxy or frozen the
 * property, the proxy stays and only calls the original. `undefined` if nothing could be patched
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
