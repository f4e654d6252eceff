import type { WebSocketLike } from '@closespan/core';
import { type Closing, now } from '@closespan/core/platform';
import { hasFailed } from '../connection/undici-6-internals.ts';
import type { GivenUpSockets } from './aborted-sockets.ts';
import type { CloseCall } from './close-calls.ts';
import { clampedCode } from './requested-code.ts';

/** What the app's `close()` of WebSockets means. */
export interface WebSocketCloses {
  begin(websocket: object, code: unknown): CloseCall | undefined;
  /** The first call that did not throw. */
  of(websocket: object): Closing | undefined;
}

const CONNECTING = 0;
const OPEN = 1;

/**
 * Makes a reader of calls. undici 7 and 8 tell of a socket's opening only after the app's listeners, which may close
 * it, so calls are kept by socket.
 * @param began called when a socket has begun to close that was open
 */
export function createWebSocketCloses(
  givenUp: GivenUpSockets,
  began: (websocket: WebSocketLike, closing: Closing) => void,
): WebSocketCloses {
  const closings = new WeakMap<object, Closing>();
  return {
    of: (websocket) => closings.get(websocket),
    begin(self, code) {
      const websocket = self as WebSocketLike;
      const { readyState } = websocket;
      if (readyState > OPEN || closings.has(websocket)) return undefined;
      if (readyState === CONNECTING && hasFailed(websocket)) return undefined;
      const closing: Closing = { at: now(), by: 'local', code: clampedCode(code) };
      closings.set(websocket, closing);
      if (readyState === CONNECTING) givenUp.add(closing, websocket.url);
      return {
        closing,
        done() {
          if (readyState === OPEN) began(websocket, closing);
        },
        takeBack() {
          closings.delete(websocket);
          givenUp.remove(closing);
        },
      };
    },
  };
}
