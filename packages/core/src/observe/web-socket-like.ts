/**
 * Names the members of a WHATWG `WebSocket` that observation reads. Sockets of browsers, undici and `ws` have all of
 * them.
 * @see WHATWG WebSockets § The WebSocket interface
 */
export interface WebSocketLike {
  /** Absolute URL of the connection. */
  readonly url: string;
  /** State of the connection: 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Negotiated subprotocol; empty when there is none. */
  readonly protocol?: string;
  /** Negotiated extensions; empty when there are none. */
  readonly extensions?: string;
  /** Bytes that `send` has queued and that are not on the network yet. */
  readonly bufferedAmount?: number;
  /** Adds a listener of `open`, `close` or `error`. */
  addEventListener(type: string, listener: (event: unknown) => void): void;
  /** Removes a listener. */
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** Tells facts that a socket does not show. */
export interface SocketInfo {
  /** URL of the connection. @defaultValue `socket.url` */
  readonly url?: string;
  /** The end of the connection that the socket is. @defaultValue `client` */
  readonly kind?: 'client' | 'server';
  /** Id that the other end records, too: 16 hexadecimal digits. @defaultValue an id that no other connection has */
  readonly connectionId?: string;
}
