import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { withHandshakePhase } from './handshake-phase.ts';
import { withTransportEnd } from './transport-end.ts';

/** A request for an upgrade that a client has made. Node adds `res` when a response comes. */
type UpgradingRequest = Pick<ClientRequest, 'socket'> & { readonly res?: IncomingMessage | null };

/**
 * Adds to attributes how the TCP connection of a client's handshake ended, and in which phase the handshake was. The
 * attributes are returned unchanged if a response has come, which explains the end.
 */
export function withRequestEnd(
  attributes: Attributes | undefined,
  request: UpgradingRequest | null,
  error: unknown,
): Attributes | undefined {
  if (!request || request.res) return attributes;
  const socket = request.socket as (ClientRequest['socket'] & { readonly _bytesDispatched?: number }) | null;
  return withHandshakePhase(withTransportEnd(attributes, socket), {
    socket,
    error,
    isSent: Boolean(socket?._bytesDispatched),
  });
}
