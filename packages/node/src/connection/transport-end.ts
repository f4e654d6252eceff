import type { Stream } from 'node:stream';
import { ATTR_WEBSOCKET_TRANSPORT_END } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import { IS_BUN } from '../runtime/which-runtime.ts';
import { wireError } from './wire-error.ts';

/**
 * How a TCP or TLS connection ended. `fin`: the other side ended the connection in order. `reset`: the other side, or a
 * hop, reset the connection. `timeout`: the system gave up, since no acknowledgement came. `local`: this process
 * destroyed the socket.
 */
type TransportEnd = 'fin' | 'reset' | 'timeout' | 'local';

/** Members of a TCP or TLS socket that show its end. */
interface EndedSocket extends Stream {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  /** Number of bytes that Node has passed to the system. Absent in other streams than sockets. */
  readonly _bytesDispatched?: number;
}

/** Ends by errno. After failed retransmissions, Linux names the last ICMP error in place of `ETIMEDOUT`. */
const BY_ERRNO: Readonly<Record<string, TransportEnd>> = {
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'timeout',
  ENETUNREACH: 'timeout',
  EHOSTDOWN: 'timeout',
};

/**
 * Adds to attributes how a TCP or TLS connection ended. The attributes are returned unchanged if the connection has not
 * ended, if nobody can know how it ended, and for other streams than sockets.
 * @param isDropped whether this process destroys the stream now. @defaultValue whether the stream is destroyed
 */
export function withTransportEnd(
  attributes: Attributes | undefined,
  stream: EndedSocket | null | undefined,
  isDropped: boolean = Boolean(stream?.destroyed),
): Attributes | undefined {
  const end = stream && transportEnd(stream, isDropped);
  return end ? { ...attributes, [ATTR_WEBSOCKET_TRANSPORT_END]: end } : attributes;
}

function transportEnd(stream: EndedSocket, isDropped: boolean): TransportEnd | undefined {
  // Bun's sockets do not show a FIN. A socket that has sent nothing was never connected, or could not agree on TLS.
  if (!stream._bytesDispatched || IS_BUN) return undefined;
  // Later errors are consequences of the FIN.
  if (stream.readableEnded) return 'fin';
  if (!isDropped) return undefined;
  const error = wireError(stream);
  if (error?.syscall) return BY_ERRNO[error.code ?? ''];
  // An error of TLS may be due to either end. Any other error is the app's, which has destroyed the socket.
  return error?.code?.startsWith('ERR_SSL_') ? undefined : 'local';
}
