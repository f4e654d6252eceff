import type { Duplex } from 'node:stream';
import type { WebSocketLike } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { CloseFrame } from '../../connection/close-frame.ts';
import type { ResponseHeaders } from '../../connection/response-headers.ts';
import { keyOf, sentUrlOf, type UndiciRequest, urlOf } from './undici-request.ts';

/**
 * The stream that carries the bytes of a connection: a TCP socket, a TLS socket, or an HTTP/2 stream. An HTTP/2 stream
 * does not count its bytes.
 */
export type Wire = Duplex & {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  /** The WebSocket that uses this stream. Only undici 6 sets this property. */
  readonly ws?: WebSocketLike;
};

/** A Close frame that the peer sent, with the time of its arrival. */
export interface ReceivedCloseFrame extends CloseFrame {
  /** Time at which the frame arrived, in monotonic milliseconds. */
  readonly at: number;
  /**
   * Number of bytes that undici had sent over the connection when the frame arrived; `undefined` over HTTP/2, whose
   * streams do not count bytes.
   */
  readonly written: number | undefined;
}

/** Facts about an undici connection that have been seen so far. Times are monotonic milliseconds. */
export interface UndiciFacts {
  /** URL that the app gave, as far as the request contains this URL. */
  readonly url: string;
  /** URL of the request that undici sends. undici's DNS interceptor replaces the name of the host by an address. */
  readonly sentUrl: string;
  /** `Sec-WebSocket-Key` of the request; the request object itself if there is no such header. */
  readonly key: unknown;
  /**
   * The stream that carries the connection's bytes: a TCP socket, a TLS socket or an HTTP/2 stream. `undefined` until
   * the request is sent.
   */
  readonly wire: Wire | undefined;
  /**
   * Number of bytes that the TCP or TLS socket had received before the final response to this connection's request
   * began.
   */
  readonly readBefore: number;
  /**
   * HTTP status of the final response to the handshake; `undefined` until it has come. The status 200 of HTTP/2 is
   * stored as 101 (RFC 8441 §5).
   */
  readonly statusCode: number | undefined;
  /** Attributes of the response that refused the handshake; `undefined` if there is none. */
  readonly refusal: Attributes | undefined;
  /**
   * Headers of a response with status 101, and of its request, until undici has accepted or refused the response.
   * `undefined` also in versions of undici that do not publish such a response.
   */
  readonly switching: Readonly<Record<'requested' | 'responded', ResponseHeaders>> | undefined;
  /** First error of the handshake's last attempt; `undefined` if there was no error. */
  readonly error: unknown;
  /** Time of the handshake's last failure; `undefined` if there was none, or if a retry or an opening followed. */
  readonly failedAt: number | undefined;
  /**
   * Whether a `WebSocket` uses the connection. undici reports the end of a `WebSocket`, but not the end of a
   * `WebSocketStream`.
   */
  readonly isWebSocket: boolean;
  /** The app's socket; `undefined` for a `WebSocketStream`, or if undici does not publish the socket. */
  readonly websocket: WebSocketLike | undefined;
  /** The peer's Close frame; `undefined` while none has come. */
  readonly closeFrame: ReceivedCloseFrame | undefined;
  /**
   * Whether undici was seen to return the peer's Close frame. `false` also if undici returned the frame later than in
   * the turn in which the frame came, or had sent its own Close frame before.
   */
  readonly isCloseReturned: boolean;
  /** Attributes of the connection's traffic; `undefined` until its end, or if its bytes were not counted. */
  readonly traffic: Attributes | undefined;
}

/** Makes the facts of a connection from a request that is not sent yet. */
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
    refusal: undefined,
    switching: undefined,
    error: undefined,
    failedAt: undefined,
    isWebSocket: false,
    websocket: undefined,
    closeFrame: undefined,
    isCloseReturned: false,
    traffic: undefined,
  };
}

/**
 * Says whether a connection may belong to a socket with a URL.
 * @param socketUrl URL of the socket, in the form that `requestedUrl` returns
 */
export function isTo({ url, sentUrl }: UndiciFacts, socketUrl: string): boolean {
  return url === socketUrl || sentUrl === socketUrl;
}
