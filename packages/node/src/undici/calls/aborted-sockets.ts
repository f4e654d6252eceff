import type { WebSocketLike } from '@closespan/core';
import type { Closing } from '@closespan/core/platform';
import { isTo, type UndiciConnection } from '../connection/undici-connection.ts';
import { requestedUrl } from '../connection/undici-request.ts';

/** A `close()` before the handshake was done, of which it is not known yet to which connection it belongs. */
export interface GivenUp {
  readonly closing: Closing;
  /** As in the request. */
  readonly url: string;
  /** Set when its `close` event was fired; undici 6 fires none, and a stream has none. */
  websocket: WebSocketLike | undefined;
}

/** The sockets that the app gave up while they were connecting. */
export interface GivenUpSockets {
  /** Adds one, unless no request goes to its URL: to a blocked port, to an ignored one, or none any more. */
  add(closing: Closing, url: string): void;
  of(closing: Closing): GivenUp | undefined;
  /** The first that may be a connection's. */
  first(undici: UndiciConnection): GivenUp | undefined;
  /** Its connection is found, or its `close()` threw. */
  remove(closing: Closing): void;
  all(): readonly GivenUp[];
}

/**
 * Makes a list. undici tells that a request was given up only when it would be sent.
 * @param isPending whether a handshake with a URL goes on
 */
export function createGivenUpSockets(isPending: (url: string) => boolean): GivenUpSockets {
  const byClosing = new Map<Closing, GivenUp>();
  return {
    add(closing, socketUrl) {
      const url = requestedUrl(socketUrl);
      if (isPending(url)) byClosing.set(closing, { closing, url, websocket: undefined });
    },
    of: (closing) => byClosing.get(closing),
    first(undici) {
      for (const givenUp of byClosing.values()) if (isTo(undici, givenUp.url)) return givenUp;
      return undefined;
    },
    remove: (closing) => void byClosing.delete(closing),
    all: () => [...byClosing.values()],
  };
}
