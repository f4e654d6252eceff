import type { WebSocketLike } from '@closespan/core';
import type { Closing } from '@closespan/core/platform';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { isTo } from '../connection/undici-facts.ts';
import { requestedUrl } from '../connection/undici-request.ts';

/** A socket that the app closed while it was connecting, before its connection is known. */
export interface AbortedSocket {
  readonly closing: Closing;
  /** URL of the socket, as `requestedUrl` returns it. */
  readonly url: string;
  /** Set when the `close` event was fired. undici 6 fires none, and a `WebSocketStream` has none. */
  websocket: WebSocketLike | undefined;
}

/** Keeps the sockets that the app closed while they were connecting, until each is joined with its connection. */
export interface AbortedSockets {
  /**
   * Notes a call of `close()`. Nothing is kept where no handshake with the URL goes on: the URL is ignored, its port is
   * blocked, or the handshake has ended.
   */
  noteCall(closing: Closing, url: string): void;
  /** Forgets a socket whose connection is found, or whose `close()` threw. */
  forget(closing: Closing): void;
  /** The socket that a call of `close()` aborted. */
  of(closing: Closing): AbortedSocket | undefined;
  /** The socket that was aborted first among those that a connection may belong to. */
  firstFor(connection: UndiciConnection): AbortedSocket | undefined;
  all(): readonly AbortedSocket[];
}

/**
 * Makes the store of aborted sockets. undici tells only when it would send a request that the request was aborted.
 * @param isPending says whether a handshake with a URL goes on
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
      for (const socket of byClosing.values()) if (isTo(facts, socket.url)) return socket;
      return undefined;
    },
    all: () => [...byClosing.values()],
  };
}
