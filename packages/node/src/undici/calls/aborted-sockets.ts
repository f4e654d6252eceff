import type { WebSocketLike } from '@closespan/core';
import type { Closing } from '@closespan/core/platform';
import { memberOf } from '../../runtime/member-of.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { isTo } from '../connection/undici-facts.ts';
import { requestedUrl } from '../connection/undici-request.ts';

/** A socket that the app closed while the socket was connecting, and whose connection is not known yet. */
export interface AbortedSocket {
  readonly closing: Closing;
  /** URL of the socket, in the form that `requestedUrl` returns. */
  readonly url: string;
  /**
   * The WebSocket, once its `close` event was fired; `undefined` before. undici 6 fires no such event, and a
   * `WebSocketStream` has none.
   */
  websocket: WebSocketLike | undefined;
}

/** Stores the sockets that the app closed while they were connecting, until the connection of each socket is found. */
export interface AbortedSockets {
  /**
   * Notes a call of `close()` on a socket that is connecting. Nothing is stored if no handshake with the URL is going
   * on. In that case the URL is ignored, its port is blocked, or the handshake has ended.
   */
  noteCall(closing: Closing, url: string): void;
  /** Forgets a socket whose connection is found, or whose `close()` threw. */
  forget(closing: Closing): void;
  /** Returns the socket that a call of `close()` aborted; `undefined` if no such socket is stored. */
  of(closing: Closing): AbortedSocket | undefined;
  /** Returns the first aborted socket whose URL fits a connection; `undefined` if there is none. */
  firstFor(connection: UndiciConnection): AbortedSocket | undefined;
  all(): readonly AbortedSocket[];
}

/**
 * Makes the store of aborted sockets. undici reports the abort of a request only at the moment at which it would send
 * the request.
 * @param isPending says whether a handshake with a URL is going on
 */
export function createAbortedSockets(isPending: (url: string) => boolean): AbortedSockets {
  const byClosing = new Map<Closing, AbortedSocket>();
  return {
    noteCall(closing, socketUrl) {
      const url = requestedUrl(socketUrl);
      if (isPending(url)) byClosing.set(closing, { closing, url, websocket: undefined });
    },
    forget: (closing) => void byClosing.delete(closing),
    of: (closing) => byClosing.get(closing),
    firstFor({ facts }) {
      for (const socket of byClosing.values()) if (isTo(facts, memberOf(socket, 'url'))) return socket;
      return undefined;
    },
    all: () => [...byClosing.values()],
  };
}
