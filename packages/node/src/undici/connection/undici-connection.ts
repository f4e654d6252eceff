import type { Duplex } from 'node:stream';
import type { WebSocketLike } from '@closespan/core';
import { type Closing, type Connection, trackConnection } from '@closespan/core/platform';
import { connectionIdOf } from '../../connection/connection-id.ts';
import type { CloseFrame } from './close-frame-reader.ts';
import { keyOf, sentUrlOf, type UndiciRequest, urlOf } from './undici-request.ts';

/** What carries the frames: a TCP or TLS socket, or a stream of HTTP/2, which does not count its bytes. */
export type Wire = Duplex & {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  /** The socket's owner, where undici 6 notes it. */
  readonly ws?: WebSocketLike;
};

/** One connection of undici, from its request to its end. Times are monotonic milliseconds. */
export interface UndiciConnection {
  readonly connection: Connection;
  /** The app's, as far as the request says it. */
  readonly url: string;
  /** That of the request. */
  readonly sentUrl: string;
  /** `Sec-WebSocket-Key`, or a request without one. */
  readonly key: unknown;
  /** `undefined` until the request is sent. */
  wire: Wire | undefined;
  /** Bytes that had come over the wire before this connection's. */
  readBefore: number;
  unwatch: (() => void) | undefined;
  statusCode: number | undefined;
  error: unknown;
  failedAt: number | undefined;
  /** A `WebSocket` opened: undici tells of its end. */
  hasEvents: boolean;
  websocket: WebSocketLike | undefined;
  /** A `close()` in an `open` listener, likely of its socket: undici says which that is after the listeners. */
  likelyClosing: Closing | undefined;
  closeFrame: ReceivedCloseFrame | undefined;
  /** Until the end of what may never come. */
  timer: NodeJS.Timeout | undefined;
  isRecorded: boolean;
}

/** The peer's Close frame, when it came, and how much we had written by then. */
interface ReceivedCloseFrame extends CloseFrame {
  readonly at: number;
  readonly written: number | undefined;
}

/** Starts to hold the connection that a request is for. */
export function startUndiciConnection(request: UndiciRequest): UndiciConnection {
  const key = keyOf(request);
  const connection = trackConnection();
  connection.connectionId = connectionIdOf(key);
  return {
    connection,
    url: urlOf(request),
    sentUrl: sentUrlOf(request),
    key,
    wire: undefined,
    readBefore: 0,
    unwatch: undefined,
    statusCode: undefined,
    error: undefined,
    failedAt: undefined,
    hasEvents: false,
    websocket: undefined,
    likelyClosing: undefined,
    closeFrame: undefined,
    timer: undefined,
    isRecorded: false,
  };
}

/** Whether a connection may be that of a socket's URL, as `requestedUrl` has it. */
export function isTo({ url, sentUrl }: UndiciConnection, socketUrl: string): boolean {
  return url === socketUrl || sentUrl === socketUrl;
}
