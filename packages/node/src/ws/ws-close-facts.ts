import type { CloseCause, CloseInitiator } from '@closespan/core';
import { type CloseFacts, flat, now, ownFacts } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { attemptOf, type HandshakeFacts } from '../connection/handshake.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import { withRequestEnd } from '../connection/request-end.ts';
import { requestedSocketPath } from '../connection/socket-path.ts';
import { withTransportEnd } from '../connection/transport-end.ts';
import { unsentBytes } from '../connection/unsent-bytes.ts';
import { wireError } from '../connection/wire-error.ts';
import { memberOf } from '../runtime/member-of.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import { urlOf, type WsSocket } from './ws-socket.ts';

/** Time for which `ws` before 8.19 waits for the peer's Close frame, in milliseconds. */
const CLOSE_TIMEOUT = 30_000;

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

/** Reads the facts of a close from a `ws` socket that ends. */
export function wsCloseFacts(
  socket: WsSocket,
  connection: CompactConnection,
  { synthetic, isTerminated, cause, attributes }: WsEnd,
): CloseFacts {
  const { handshake } = connection;
  const attempt = attemptOf(handshake);
  const known: HandshakeFacts | undefined =
    handshake && !attempt ? ownFacts(handshake as HandshakeFacts) : undefined;
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
    subprotocol: flat(memberOf(socket, 'protocol') ?? ''),
    extensions: memberOf(socket, 'extensions'),
    unsentSize: unsentBytes(_socket, memberOf(socket, 'bufferedAmount')),
    synthetic,
    errored: Boolean(error ?? socket._errorEmitted),
    errorCode: error?.code,
    httpStatusCode,
    cause: readErrorCode === 1009 ? 'message_too_big' : (broken ?? decided ?? timedOut),
    ...(readErrorCode !== undefined && { reportedCode: readErrorCode }),
    furtherAttributes: attempt
      ? withRequestEnd(attributes, attempt.request, error, connection.closing !== undefined)
      : withTransportEnd(attributes, _socket),
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
  // The Close frame may still wait behind messages that the peer does not read: the time of `ws` runs all the same.
  if (closing?.by !== 'local' || socket._closeFrameReceived || _socket.readableEnded) return undefined;
  return now() - closing.at >= _closeTimeout / 2 ? 'close_timeout' : undefined;
}
