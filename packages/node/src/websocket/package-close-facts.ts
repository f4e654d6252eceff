import { type CloseFacts, flat } from '@closespan/core/platform';
import { pingAttributes } from '../connection/ping-attributes.ts';
import { withTransportEnd } from '../connection/transport-end.ts';
import { isEndedHere, unsentBytes } from '../connection/unsent-bytes.ts';
import { wireError } from '../connection/wire-error.ts';
import type { PackageConnection, PeerClose, TrackedConnection } from './package-connection.ts';

/**
 * Reads the facts of a close from a connection of the package `websocket`. The code is the one that the peer sent, even
 * if the `close` event reports another code.
 */
export function websocketCloseFacts(
  connection: PackageConnection,
  { connection: tracked, received, cause, pings, tooBig }: TrackedConnection,
): CloseFacts {
  const { socket, protocol, maskOutgoingPackets, closeReasonCode } = connection;
  const { code, reason } = received ?? { code: 1006, reason: '' };
  const error = wireError(socket);
  // The package emits `close` just before it destroys the TCP socket that it drops.
  const isDropped = socket.destroyed || connection.state === 'closed';
  return {
    kind: maskOutgoingPackets ? 'client' : 'server',
    url: '',
    ...tracked.handshake,
    code,
    reason,
    wasClean: received !== undefined && !isLost(connection, received, tracked.closing?.by),
    // An app may close with a fraction.
    reportedCode: Math.trunc(closeReasonCode),
    subprotocol: flat(protocol ?? ''),
    unsentSize: unsentBytes(socket, socket.writableLength),
    errored: Boolean(error),
    errorCode: error?.code,
    ...(cause && !received && { cause }),
    furtherAttributes: withTransportEnd(
      tooBig ? { ...pingAttributes(pings), ...tooBig } : pingAttributes(pings),
      socket,
      isDropped,
    ),
  };
}

/**
 * Says whether this process has destroyed or ended the TCP connection. If the peer or the network had ended the
 * connection first, there would be an error or an end of the stream.
 */
export function isDestroyedHere({ socket }: PackageConnection): boolean {
  return socket.destroyed && !wireError(socket) && (!socket.readableEnded || isEndedHere(socket));
}

/**
 * Says whether a connection was lost although the peer's Close frame arrived. The package has then returned no frame,
 * and reports 1006 after an error of TCP, or the code with which it dropped the connection.
 */
function isLost(
  { socket, closeReasonCode }: PackageConnection,
  { code }: PeerClose,
  closedBy: 'local' | 'remote' | undefined,
): boolean {
  if (socket.errored) return closeReasonCode === 1006;
  // For a Close frame without a code the package reports 1006, or -1 inside.
  return closedBy === 'remote' && code !== 1005 && closeReasonCode !== code;
}
