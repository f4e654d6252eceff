import type { WebSocketLike } from '@closespan/core';
import { type Closing, CONNECTING, convertOnce, now, OPEN, requestedReason } from '@closespan/core/platform';
import { memberOf } from '../../runtime/member-of.ts';
import { hasFailed } from '../connection/undici-6-internals.ts';
import type { AbortedSockets } from './aborted-sockets.ts';
import type { CloseCall } from './close-calls.ts';
import { clampedCode } from './requested-code.ts';

/** Stores the app's calls of `close()`, by WebSocket. */
export interface WebSocketCloseCalls {
  /**
   * Notes a call of `close()` that is about to run. An object in the place of the code is replaced, so that undici converts
   * it once, and the note gets the result.
   * @returns `undefined` if the call closes nothing, for example because the socket is closing already
   */
  noteCall(websocket: object, args: unknown[]): CloseCall | undefined;
  /** Returns the first call of `close()` on a socket that did not throw; `undefined` if there is none. */
  of(websocket: object): Closing | undefined;
}

/** Callbacks for calls of `close()` on open sockets. */
interface OpenSocketCalls {
  /** Called before the call: undici has not sent a Close frame yet. */
  began(websocket: WebSocketLike): void;
  /** Called after the call. */
  closed(websocket: WebSocketLike, closing: Closing): void;
  /** Called after a call that has thrown, and so has closed nothing. */
  threw(websocket: WebSocketLike): void;
}

/**
 * Makes the store for calls of `close()`. undici 7 and 8 report the opening of a socket only after the app's listeners
 * have run. These listeners may close the socket, so calls are stored by socket and not by connection.
 */
export function createWebSocketCloseCalls(
  aborted: AbortedSockets,
  { began, closed, threw }: OpenSocketCalls,
): WebSocketCloseCalls {
  const closings = new WeakMap<object, Closing>();
  return {
    noteCall(self, args) {
      const websocket = self as WebSocketLike;
      const readyState = memberOf(websocket, 'readyState');
      if (readyState > OPEN || closings.has(websocket)) return undefined;
      if (readyState === CONNECTING && hasFailed(websocket)) return undefined;
      const closing: Closing = {
        at: now(),
        by: 'local',
        code: noteCode(args),
        reason: requestedReason(args[1]),
      };
      closings.set(websocket, closing);
      if (readyState === CONNECTING) aborted.noteCall(closing, memberOf(websocket, 'url'));
      else began(websocket);
      return {
        closing,
        noteReturn() {
          if (readyState === OPEN) closed(websocket, closing);
        },
        noteThrow() {
          closings.delete(websocket);
          aborted.forget(closing);
          if (readyState === OPEN) threw(websocket);
        },
      };
    },
    of: (websocket) => closings.get(websocket),
  };
}

/** Returns the code that undici makes of the argument, or an object that gives it once undici has made it. */
function noteCode(args: unknown[]): unknown {
  const [code] = args;
  if (typeof code !== 'object' || code === null) return clampedCode(code);
  const converted = convertOnce(() => Number(code));
  args[0] = converted;
  return { valueOf: () => clampedCode(Number(converted)) };
}
