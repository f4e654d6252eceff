import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Runs just before a call of a method, and may change the arguments in place. May return a function that runs after the
 * call. The result is `undefined` if the method throws.
 */
type BeforeCall = (self: object, args: unknown[]) => ((result: unknown, threw: boolean) => void) | undefined;

/**
 * Runs code before and after each call of a method. An error in this code is logged with `diag.error`, and the method is
 * still called. Name, length and printed text of the method stay those of the original. A stack inside of the method has
 * one frame more.
 * @returns a function that stops the patch: it restores the original. If other code has wrapped the proxy or frozen the
 * property, the proxy stays and only calls the original. `undefined` if nothing could be patched
 */
export function patchAround(
  owner: object | undefined,
  name: string,
  before: BeforeCall,
): (() => void) | undefined {
  return replaceValue<Method>(owner, name, {
    apply(target, self, args) {
      const after = guard(name, () => before(self, args));
      let threw = true;
      let result: unknown;
      try {
        result = Reflect.apply(target, self, args);
        threw = false;
        return result;
      } finally {
        // Not `catch`: after a rethrow, a crash report would show this line and not the app's.
        if (after) guard(name, () => after(result, threw));
      }
    },
  });
}

/**
 * Runs `before` ahead of each call of a method. An error in `before` is logged with `diag.error`, and the method is
 * still called.
 * @param before may return a function that removes what `before` noted; the returned function runs if the method throws
 * @returns a function that stops the patch, or `undefined` if nothing could be patched
 */
export function patchBefore(
  owner: object | undefined,
  name: string,
  before: (self: object, args: unknown[]) => (() => void) | undefined,
): (() => void) | undefined {
  return patchAround(owner, name, (self, args) => {
    const takeBack = before(self, args);
    return takeBack && ((_result, threw) => threw && takeBack());
  });
}

/**
 * Replaces the value that a getter returns. A getter that throws still throws.
 * @param change makes a new value of the getter's value
 * @returns a function that stops the patch, or `undefined` if nothing could be patched
 */
export function patchGetter(
  owner: object,
  name: string,
  change: (value: unknown) => unknown,
): (() => void) | undefined {
  return replaceValue<Method>(
    owner,
    name,
    { apply: (target, self, args) => change(Reflect.apply(target, self, args)) },
    'get',
  );
}
