import type { ClientRequest } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import type { CloseCause, CloseInitiator } from '@closespan/core';
import { type CloseFacts, now } from '@closespan/core/platform';
import type { WsConnection } from '../connection/compact-connection.ts';
import { PROCESS_EXIT } from '../connection/process-exit-facts.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { HandshakeFacts } from '../upgrades/upgrade-facts.ts';

/** The members of a `ws` socket that are read. */
export interface WsSocket {
  /** `undefined` on a server's socket. */
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
  /** Milliseconds, since 8.19; before that 30 seconds. */
  readonly _closeTimeout?: number;
  /** A client's while it connects, and after that when `ws` aborted it. */
  readonly _req?: (ClientRequest & { timeout?: number }) | null;
  readonly _socket: Duplex | null;
  readonly _receiver: Writable | null;
  /** Not in `ws` 7. */
  readonly _errorEmitted?: boolean;
}

const CLOSING = 2;
const CLOSE_TIMEOUT = 30_000;

/** Whether a `close()` of `ws` 7 threw, as for a wrong code: it has sent nothing then, and only `terminate()` still acts. */
export function isStuck(socket: WsSocket): boolean {
  const { readyState, _socket, _closeFrameSent, _closeFrameReceived } = socket;
  if (readyState !== CLOSING || _closeFrameSent || _closeFrameReceived) return false;
  // All else that makes a socket close ends its TCP.
  return Boolean(_socket && !_socket.destroyed && !_socket.writableEnded);
}

/**
 * What a `ws` socket shows at its end.
 * @param synthetic whether no `close` event comes
 * @param terminated whether the app called `terminate()` after `close()`
 */
export function closeFactsOf(
  socket: WsSocket,
  connection: WsConnection,
  synthetic: boolean,
  terminated = false,
): CloseFacts {
  const { handshake } = connection;
  const attempt = handshake && 'request' in handshake ? handshake : undefined;
  const known: HandshakeFacts | undefined = attempt ? undefined : (handshake as HandshakeFacts | undefined);
  const { _receiver, _socket, _closeFrameReceived, _closeFrameSent } = socket;
  const error: NodeJS.ErrnoException | null | undefined =
    _receiver?.errored ?? _socket?.errored ?? attempt?.error;
  const httpStatusCode = attempt?.request.res?.statusCode;
  const wasClean = _closeFrameReceived && _closeFrameSent;
  const broken = _receiver?.errored && brokenBy(_receiver.errored);
  const timedOut = error || httpStatusCode || terminated ? undefined : timeoutOf(socket, connection);
  // Each key for itself: these are made in the app's turn, and a copy of one object into another takes longer.
  return {
    kind: socket._isServer ? 'server' : 'client',
    url: socket.url ?? known?.url ?? '',
    template: known?.template,
    peer: attempt ? attempt.peer : known?.peer,
    clientAddress: known?.clientAddress,
    origin: known?.origin,
    code: socket._closeCode,
    reason: socket._closeMessage.toString(),
    wasClean,
    initiator: wasClean && !connection.closing ? unseenInitiator(connection) : undefined,
    subprotocol: socket.protocol,
    extensions: socket.extensions,
    unsentSize: socket.bufferedAmount,
    synthetic,
    errored: Boolean(error ?? socket._errorEmitted),
    errorCode: error?.code,
    httpStatusCode,
    cause: broken ?? timedOut,
  };
}

/**
 * Who closed where nothing was noted: the peer did not, since `ws` answers its Close frame by a `close()`. The app may
 * have called it before observation began, or, as no patch can see, on a proxy of the socket.
 */
function unseenInitiator({ startedAt }: WsConnection): CloseInitiator | undefined {
  if (Number.isNaN(startedAt)) return 'unknown';
  return IS_BUN ? undefined : 'local';
}

/** What it shows when the process ends before it does. A Close frame that has come says more than that. */
export function exitFactsOf(socket: WsSocket, connection: WsConnection): CloseFacts {
  const facts = closeFactsOf(socket, connection, true);
  return socket._closeFrameReceived ? facts : { ...facts, ...PROCESS_EXIT };
}

/** What a message that could not be read says where its code is none of `ws`, such as one of zlib. */
function brokenBy({ code = '' }: NodeJS.ErrnoException): CloseCause | undefined {
  return code.startsWith('WS_ERR_') ? undefined : 'protocol_error';
}

/** The time limit of `ws` that ended a connection, where nothing else did. A timer may be early, but not by half. */
function timeoutOf(socket: WsSocket, { closing, startedAt }: WsConnection): CloseCause | undefined {
  const { _socket, _req, _closeTimeout = CLOSE_TIMEOUT } = socket;
  if (!_socket) {
    const aborted = _req?.timeout && !closing && now() - startedAt >= _req.timeout / 2;
    return aborted ? 'handshake_timeout' : undefined;
  }
  const unanswered = closing?.by === 'local' && socket._closeFrameSent && !socket._closeFrameReceived;
  if (!unanswered || _socket.readableEnded) return undefined;
  return now() - closing.at >= _closeTimeout / 2 ? 'close_timeout' : undefined;
}
