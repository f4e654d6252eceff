import { Buffer } from 'node:buffer';
import type { ClientRequest } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import { CLOSING, CONNECTING } from '@closespan/core/platform';
import { memberOf } from '../runtime/member-of.ts';

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

/** Says whether a client may still be redirected, and then makes a request with another key. */
export function isRedirectable({ readyState, _originalSecure }: WsSocket): boolean {
  return readyState === CONNECTING && _originalSecure !== undefined;
}

/** Returns the URL of a client; `undefined` on a server. `ws` 7 keeps any object that the app passed as the URL. */
export function urlOf(socket: WsSocket): string | undefined {
  const url = memberOf(socket, 'url');
  return url === undefined ? undefined : String(url);
}
