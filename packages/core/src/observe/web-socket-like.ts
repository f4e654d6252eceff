/**
 * Members of a WHATWG `WebSocket` that closespan reads. Sockets of browsers, undici and `ws` have all of these members.
 * @see WHATWG WebSockets § The WebSocket interface
 */
export interface WebSocketLike {
  /** Absolute URL of the connection. */
  readonly url: string;
  /** State of the connection: 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Negotiated subprotocol (RFC 6455 §1.9). Empty if there is none. */
  readonly protocol?: string;
  /** Negotiated extensions (RFC 6455 §9). Empty if there are none. */
  readonly extensions?: string;
  /** Number of bytes that `send` has queued and that are not on the network yet. */
  readonly bufferedAmount?: number;
  /** Adds a listener for the event `open`, `close` or `error`. */
  addEventListener(type: string, listener: (event: unknown) => void): void;
  /** Removes a listener that `addEventListener` has added. */
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** Facts about a socket that closespan cannot read from the socket. */
export interface SocketInfo {
  /** URL of the connection. @defaultValue `socket.url` */
  readonly url?: string;
  /** Whether the socket is the client's or the server's end of the connection. @defaultValue `client`; in `observeHandlers` `server` */
  readonly kind?: 'client' | 'server';
  /**
   * Id of the connection, which the other end records, too: 16 hexadecimal digits.
   * @defaultValue an id that no other connection has
   */
  readonly connectionId?: string;
}
