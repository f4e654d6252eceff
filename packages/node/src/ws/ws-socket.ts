import { Buffer } from 'node:buffer';
import type { ClientRequest } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import type { CloseCause, CloseInitiator } from '@closespan/core';
import { CLOSING, type CloseFacts, CONNECTING, flat, now } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import type { HandshakeFacts } from '../connection/handshake.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import { requestedSocketPath } from '../connection/socket-path.ts';
import { unansweredSocketOf, withTransportEnd } from '../connection/transport-end.ts';
import { unsentBytes } from '../connection/unsent-bytes.ts';
import { wireError } from '../connection/wire-error.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';

/**
 * Members of a `ws` socket that closespan reads. The types of `ws` do not declare the private members, whose names
 * begin with `_`.
 */
export interface WsSocket {
  /** The URL that a client connects to; `undefined` on a server's socket. */
  readonly url: string | undefined;
  readonly readyState: number;
  readonly protocol: string;
  readonly extensions: string;
  readonly bufferedAmount: number;
  readonly _isServer: boolean;
  readonly _closeCode: number;
  readonly _closeMessage: { toString(): string };
  readonly _closeFrameReceived: boolean;
  readonly _closeFrameSent: boolean;
  /**
   * Milliseconds for which `ws` waits for the peer's Close frame. Absent in versions before `ws` 8.19, which wait 30
   * seconds.
   */
  readonly _closeTimeout?: number;
  /** Request of a client that is connecting, or whose handshake `ws` has aborted. */
  readonly _req?: (ClientRequest & { timeout?: number }) | null;
  readonly _socket: Duplex | null;
  readonly _receiver: WsReceiver | null;
  /** Whether the first URL of a client that follows redirects was secure; absent for a client that follows none. */
  readonly _originalSecure?: boolean;
  /** Whether the socket has emitted `error`; absent in `ws` 7. */
  readonly _errorEmitted?: boolean;
  /** Largest number of automatic pongs that may wait to be sent; absent in versions before `ws` 8.23. */
  readonly _maxPendingAutoPongs?: number;
  /** Number of automatic pongs that wait to be sent; absent in versions before `ws` 8.23. */
  readonly _pendingAutoPongs?: number;
}

/** Members of the part of `ws` that reads frames. */
export interface WsReceiver extends Writable {
  /** Opcode of the frame that is being read, or that was read last (RFC 6455 §5.2). */
  readonly _opcode: number;
  /** Whether the receiver is reading frames in this very moment. */
  readonly _loop: boolean;
  readonly _state: number;
  /** Largest size of a message, in bytes; 0 if there is no limit. Absent in the `ws` of Bun. */
  readonly _maxPayload?: number;
  /** Payload of the frames of the message that is being read, in bytes, as their headers announce it. */
  readonly _totalPayloadLength?: number;
  /** Runs for each control frame. */
  controlMessage?(data: unknown): void;
}

const CLOSE_TIMEOUT = 30_000;

/**
 * Says whether a socket of `ws` 7 is stuck. Its `close()` threw before a Close frame was sent, for example because of a
 * wrong code. Only `terminate()` ends such a socket.
 */
export function isStuck(socket: WsSocket): boolean {
  const { readyState, _socket, _closeFrameSent, _closeFrameReceived } = socket;
  if (readyState !== CLOSING || _closeFrameSent || _closeFrameReceived) return false;
  // Every other way into the state CLOSING ends the TCP connection.
  return Boolean(_socket && !_socket.destroyed && !_socket.writableEnded);
}

/** Returns the number of bytes of the Close frame that a socket has received (RFC 6455 §5.2). */
export function closeFrameSize({ _isServer, _closeCode, _closeMessage }: WsSocket): number {
  const payload = _closeCode === 1005 ? 0 : 2 + Buffer.byteLength(_closeMessage.toString());
  // Frames from a client have a mask.
  return 2 + (_isServer ? 4 : 0) + payload;
}

/** Facts about the end of a socket that the socket's own members do not show. */
export interface WsEnd {
  /** True if no `close` event will be emitted. */
  readonly synthetic: boolean;
  /** True if the app called `terminate()` after `close()`. */
  readonly isTerminated?: boolean;
  /** Cause for which this end closed or dropped the connection; `undefined` if none is known. */
  readonly cause?: CloseCause | undefined;
  /** Further attributes of the record; `undefined` if there are none. */
  readonly attributes?: Attributes | undefined;
}

/** Says whether a client may still be redirected, and then makes a request with another key. */
export function isRedirectable({ readyState, _originalSecure }: WsSocket): boolean {
  return readyState === CONNECTING && _originalSecure !== undefined;
}

/** Reads the facts of a close from a `ws` socket that ends. */
export function wsCloseFacts(
  socket: WsSocket,
  connection: CompactConnection,
  { synthetic, isTerminated, cause, attributes }: WsEnd,
): CloseFacts {
  const { handshake } = connection;
  const attempt = handshake && 'request' in handshake ? handshake : undefined;
  const known: HandshakeFacts | undefined = attempt ? undefined : (handshake as HandshakeFacts | undefined);
  const { _receiver, _socket, _closeFrameReceived, _closeFrameSent } = socket;
  const error: NodeJS.ErrnoException | null | undefined =
    _receiver?.errored ?? wireError(_socket) ?? attempt?.error;
  const httpStatusCode = attempt?.request.res?.statusCode;
  const wasClean = _closeFrameReceived && _closeFrameSent;
  const broken = _receiver?.errored && brokenBy(_receiver.errored);
  const readErrorCode = readErrorCodeOf(socket);
  const timedOut = error || httpStatusCode || isTerminated ? undefined : timeoutOf(socket, connection);
  // A Close frame that came back, and an error, explain more.
  const decided = wasClean || error ? undefined : cause;
  // Written key by key: this runs in the app's turn, and to spread one object into another takes longer.
  return {
    kind: socket._isServer ? 'server' : 'client',
    url: urlOf(socket) ?? known?.url ?? '',
    socketPath: attempt ? requestedSocketPath(attempt.request) : known?.socketPath,
    template: known?.template,
    peer: attempt ? attempt.peer : known?.peer,
    clientAddress: known?.clientAddress,
    origin: known?.origin,
    code: readErrorCode === undefined ? socket._closeCode : 1006,
    reason: socket._closeMessage.toString(),
    wasClean,
    initiator: connection.closing
      ? undefined
      : wasClean
        ? unseenInitiator(connection)
        : readErrorCode !== undefined || decided
          ? 'local'
          : undefined,
    // On a server a part of the client's list, which may be long.
    subprotocol: flat(socket.protocol),
    extensions: socket.extensions,
    unsentSize: unsentBytes(_socket, socket.bufferedAmount),
    synthetic,
    errored: Boolean(error ?? socket._errorEmitted),
    errorCode: error?.code,
    httpStatusCode,
    cause: readErrorCode === 1009 ? 'message_too_big' : (broken ?? decided ?? timedOut),
    ...(readErrorCode !== undefined && { reportedCode: readErrorCode }),
    furtherAttributes: withTransportEnd(attributes, attempt ? unansweredSocketOf(attempt.request) : _socket),
  };
}

/**
 * Says who began to close a connection if no call of `close()` was noted. The peer did not begin: `ws` itself calls
 * `close()` to return the peer's Close frame. The app may have called `close()` before observation began, or on a
 * `Proxy` of the socket. No patch sees such a call.
 */
function unseenInitiator({ startedAt }: CompactConnection): CloseInitiator | undefined {
  if (Number.isNaN(startedAt)) return 'unknown';
  return IS_BUN ? undefined : 'local';
}

/**
 * Reads the facts of a `ws` socket that is open when the process ends. If the peer's Close frame has arrived, the facts
 * describe the peer's close and not the end of the process.
 */
export function wsExitFacts(
  socket: WsSocket,
  connection: CompactConnection,
  attributes: Attributes | undefined,
): CloseFacts {
  const facts = wsCloseFacts(socket, connection, { synthetic: true, attributes });
  return socket._closeFrameReceived ? facts : { ...facts, ...PROCESS_EXIT_FACTS };
}

/** Returns the URL of a client; `undefined` on a server. `ws` 7 keeps any object that the app passed as the URL. */
export function urlOf({ url }: WsSocket): string | undefined {
  return url === undefined ? undefined : String(url);
}

/**
 * Returns the code that `ws` 7.0 to 7.4 report in `close` after an error of their own in a message of the peer, although
 * no Close frame came or was sent. `undefined` for other ends, and for other versions, which report 1006.
 */
function readErrorCodeOf({ _receiver, _closeFrameReceived, _closeCode }: WsSocket): number | undefined {
  return _receiver?.errored && !_closeFrameReceived && _closeCode !== 1006 ? _closeCode : undefined;
}

/**
 * Returns the cause `protocol_error` if `ws` could not read a message because of an error from elsewhere, such as zlib.
 * For errors of `ws` itself returns `undefined`, except for the limits of fragments and of buffered chunks.
 */
function brokenBy({ code = '' }: NodeJS.ErrnoException): CloseCause | undefined {
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return 'too_many_parts';
  return code.startsWith('WS_ERR_') ? undefined : 'protocol_error';
}

/**
 * Returns the time limit of `ws` that ended a connection; `undefined` if no time limit did. At least half of the time
 * must have passed, since a timer may fire early.
 */
function timeoutOf(socket: WsSocket, { closing, startedAt }: CompactConnection): CloseCause | undefined {
  const { _socket, _req, _closeTimeout = CLOSE_TIMEOUT } = socket;
  if (!_socket) {
    const aborted = _req?.timeout && !closing && now() - startedAt >= _req.timeout / 2;
    return aborted ? 'handshake_timeout' : undefined;
  }
  const unanswered = closing?.by === 'local' && socket._closeFrameSent && !socket._closeFrameReceived;
  if (!unanswered || _socket.readableEnded) return undefined;
  return now() - closing.at >= _closeTimeout / 2 ? 'close_timeout' : undefined;
}
