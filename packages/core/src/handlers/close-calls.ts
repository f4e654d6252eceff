import { patchAround } from '../observe/patch-method.ts';
import { type MethodWatch, watchMethods } from './watch-methods.ts';

/** A call that closes a connection. */
export interface CloseCall {
  readonly code: unknown;
  readonly reason: unknown;
  /** Whether the call drops the connection without a Close frame. */
  readonly isForced: boolean;
}

const METHODS = ['close', 'terminate', 'end'];

/**
 * Makes an object that notes calls of `close`, `terminate` and `end`.
 * @param note runs before a call. May return a function that runs after the call
 */
export function watchCloseCalls(
  note: (socket: object, call: CloseCall) => ((threw: boolean) => void) | undefined,
): MethodWatch {
  return watchMethods(METHODS, (owner, name) =>
    patchAround(owner, name, (self, [code, reason]) => {
      // uWebSockets.js has `end` for a close with a Close frame.
      const isForced = name === 'terminate' || (name === 'close' && 'end' in self);
      const after = note(
        self,
        isForced ? { code: undefined, reason: undefined, isForced } : { code, reason, isForced },
      );
      return after && ((_result, threw) => after(threw));
    }),
  );
}
