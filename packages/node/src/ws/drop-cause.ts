import type { CloseCause } from '@closespan/core';
import type { PingState } from '../connection/ping-state.ts';
import { isEndedHere } from '../connection/unsent-bytes.ts';
import { wireError } from '../connection/wire-error.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { WsSocket } from './ws-socket.ts';

/** Opcode of a Ping frame (RFC 6455 §5.5.2). */
const PING = 9;
/** State of a receiver that passes a ping on in a later turn: option `allowSynchronousEvents: false` of `ws`. */
const DEFERRED = 6;

/**
 * Returns the cause of an end at which this process drops the TCP connection and sends no Close frame. Call this
 * function just before the drop, or when the drop is noticed.
 * @param pings pings of the app over this connection; `undefined` if there are none
 */
export function dropCause(socket: WsSocket, pings: PingState | undefined): CloseCause {
  if (hasTooManyPongs(socket)) return 'pong_backlog';
  return isOverdue(socket, pings) ? 'ping_timeout' : 'local_terminate';
}

/**
 * Says whether a ping has been unanswered for longer than the peer usually takes. While this end reads nothing, as
 * after `pause()`, a missing pong proves nothing.
 */
export function isOverdue({ _socket }: WsSocket, pings: PingState | undefined): boolean {
  return Boolean(pings?.isOverdue && !_socket?.isPaused());
}

/**
 * Says whether `ws` itself is dropping the connection just now. It does so when a ping of the peer comes and too many
 * automatic pongs already wait to be sent.
 */
function hasTooManyPongs({
  _receiver,
  _maxPendingAutoPongs: most,
  _pendingAutoPongs: pending,
}: WsSocket): boolean {
  if (!_receiver || !most || pending === undefined || pending < most) return false;
  const { _opcode, _loop, _state } = _receiver;
  return _opcode === PING && (_loop || _state === DEFERRED);
}

/**
 * Says whether this process has destroyed or ended the TCP connection of a socket, without a Close frame. If the peer or
 * the network had ended the connection first, there would be an error or an end of the stream.
 */
export function isDestroyedHere({ _socket, _closeFrameReceived, _closeFrameSent }: WsSocket): boolean {
  // The TCP socket of Bun's own `ws` is no stream of Node.
  if (!_socket || _closeFrameReceived || _closeFrameSent || IS_BUN) return false;
  return _socket.destroyed && !wireError(_socket) && (!_socket.readableEnded || isEndedHere(_socket));
}
