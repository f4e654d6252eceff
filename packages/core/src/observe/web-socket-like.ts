/** The members of a WHATWG `WebSocket` that are read. Browser, undici and `ws` sockets have all of them. */
export interface WebSocketLike {
  readonly url: string;
  readonly readyState: number;
  readonly protocol?: string;
  readonly extensions?: string;
  readonly bufferedAmount?: number;
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** What a socket cannot say of itself. */
export interface SocketInfo {
  /** Where the connection goes. @defaultValue `socket.url` */
  readonly url?: string;
  /** Which end this is. @defaultValue `client` */
  readonly kind?: 'client' | 'server';
  /** An id that the other end knows, too: 16 hexadecimal digits. @defaultValue one that nobody else has */
  readonly connectionId?: string;
}
