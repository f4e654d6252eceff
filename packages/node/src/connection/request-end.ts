import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { withHandshakePhase } from './handshake-phase.ts';
import { type InvalidPart, isParserError, parsedPart, refusedPart, withInvalidPart } from './invalid-part.ts';
import { withTransportEnd } from './transport-end.ts';

/** A request for an upgrade that a client has made. Node adds `res` when a response comes. */
type UpgradingRequest = Pick<ClientRequest, 'socket' | 'getHeader'> & {
  readonly res?: IncomingMessage | null;
};

/**
 * Adds to attributes how a client's handshake that failed has ended. With a response of status 101, or with bytes that
 * are no response: for which part the client refused. Without a response: how TCP ended, and the phase of the handshake.
 * With another response, which explains the end, the attributes are returned unchanged.
 * @param isAborted whether the app has aborted the handshake
 */
export function withRequestEnd(
  attributes: Attributes | undefined,
  request: UpgradingRequest | null,
  error: unknown,
  isAborted = false,
): Attributes | undefined {
  if (!request) return attributes;
  if (request.res) return withInvalidPart(attributes, isAborted ? undefined : partOf(request, request.res));
  const socket = request.socket as (ClientRequest['socket'] & { readonly _bytesDispatched?: number }) | null;
  const ended = withTransportEnd(attributes, socket);
  if (isParserError(error)) return withInvalidPart(ended, parsedPart(error));
  return withHandshakePhase(ended, { socket, error, isSent: Boolean(socket?._bytesDispatched) });
}

/** Returns the part for which the client has refused a response of status 101; `undefined` for another status. */
function partOf(
  request: UpgradingRequest,
  { statusCode, headers }: IncomingMessage,
): InvalidPart | undefined {
  if (statusCode !== 101) return undefined;
  return refusedPart(
    (name) => String(request.getHeader(name) ?? ''),
    (name) => String(headers[name] ?? ''),
  );
}
