import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';
import { replaceValue } from './replace-value.ts';

/**
 * Runs `note` after each call of a method that sends messages, unless the call throws. An error in this code is logged
 * with `diag.error`.
 * @param countsOf returns the counts of a socket; `undefined` if the socket is not counted, or cannot send now
 * @param note counts the message, which the arguments of the call hold. The last argument is the socket
 * @returns a function that stops the patch, or `undefined` if nothing could be patched
 */
export function watchSends<C>(
  owner: object | undefined,
  name: string,
  countsOf: (socket: object) => C | undefined,
  note: (counts: C, args: readonly unknown[], socket: object) => void,
): (() => void) | undefined {
  return replaceValue<(this: object, ...args: unknown[]) => unknown>(owner, name, {
    // Without the closures of other patches: this runs for each message.
    apply(target, self, args) {
      const counts = find(self);
      const result = Reflect.apply(target, self, args);
      if (counts !== undefined) {
        try {
          note(counts, args, self as object);
        } catch (error) {
          logError(error);
        }
      }
      return result;
    },
  });

  function find(self: unknown): C | undefined {
    try {
      return typeof self === 'object' && self ? countsOf(self) : undefined;
    } catch (error) {
      logError(error);
      return undefined;
    }
  }

  function logError(error: unknown): void {
    diag.error(`${NAME}: ${name} threw`, error);
  }
}
