import type { Duplex } from 'node:stream';
import type { WebSocketLike } from '@closespan/core';
import type { CloseFrame } from './close-frame-reader.ts';
import { keyOf, sentUrlOf, type UndiciRequest, urlOf } from './undici-request.ts';

/**
 * The stream that carries the bytes of a connection: a TCP or TLS socket, or a stream of HTTP/2. A stream of HTTP/2 does
 * not count its bytes.
 */
export type Wire = Duplex & {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  /** The WebSocket that uses the wire; only undici 6 notes it. */
  readonly ws?: WebSocketLike;
};

/** A Close frame of the peer, with the moment at which the frame arrived. */
export interface ReceivedCloseFrame extends CloseFrame {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Bytes that had been written to the wire by then; `undefined` where the wire does not count them. */
  readonly written: number | undefined;
}

/** Facts of an undici connection, as far as they have been seen. Times are monotonic milliseconds. */
export interface UndiciFacts {
  /** URL that the app gave, as far as the request shows it. */
  readonly url: string;
  /** URL of the request. undici's DNS interceptor puts an address in place of the host's name. */
  readonly sentUrl: string;
  /** `Sec-WebSocket-Key` of the request; the request itself where it has no such header. */
  readonly key: unknown;
  /** `undefined` until the request is sent. */
  readonly wire: Wire | undefined;
  /** Bytes that had come over the wire before the final response to this connection's request began. */
  readonly readBefore: number;
  /** Status of the final response to the handshake; 101 also for the 200 of HTTP/2 (RFC 8441 §5). */
  readonly statusCode: number | undefined;
  /** The first error of the handshake's last attempt. */
  readonly error: unknown;
  /** Time of the handshake's last failure; `undefined` when a retry or an opening followed. */
  readonly failedAt: number | undefined;
  /** Whether a `WebSocket` uses the connection, whose end undici tells; nothing tells the end of a `WebSocketStream`. */
  readonly isWebSocket: boolean;
  /** The app's socket; `undefined` for a `WebSocketStream`, and where undici does not show the socket. */
  readonly websocket: WebSocketLike | undefined;
  /** The peer's Close frame; `undefined` while none has come. */
  readonly closeFrame: ReceivedCloseFrame | undefined;
}

/** The facts of a connection that a request shows before it is sent. */
export function factsOfRequest(request: UndiciRequest): UndiciFacts {
  const url = urlOf(request);
  const sentUrl = sentUrlOf(request);
  return {
    url,
    // Both are nearly always equal; then one text is held instead of two.
    sentUrl: sentUrl === url ? url : sentUrl,
    key: keyOf(request),
    wire: undefined,
    readBefore: 0,
    statusCode: undefined,
    error: undefined,
    failedAt: undefined,
    isWebSocket: false,
    websocket: undefined,
    closeFrame: undefined,
  };
}

/** Whether a connection may be the one to a socket's URL, as `requestedUrl` returns it. */
export function isTo({ url, sentUrl }: UndiciFacts, socketUrl: string): boolean {
  return url === socketUrl || sentUrl === socketUrl;
}
