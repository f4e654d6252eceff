import type { Attributes } from '@opentelemetry/api';
import { withHandshakePhase } from '../../connection/handshake-phase.ts';
import {
  type InvalidPart,
  isParserError,
  parsedPart,
  refusedPart,
  withInvalidPart,
} from '../../connection/invalid-part.ts';
import { headerIn } from '../../connection/response-headers.ts';
import { withTransportEnd } from '../../connection/transport-end.ts';
import { wireError } from '../../connection/wire-error.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';

/**
 * Returns attributes of a handshake that failed: headers of a refusal, the part for which undici refused the response,
 * or the phase in which no response came.
 */
export function failedHandshakeAttributes(connection: UndiciConnection): Attributes | undefined {
  const { wire, error, statusCode, refusal } = connection.facts;
  if (statusCode !== undefined && statusCode !== 101) return refusal;
  if (statusCode === 101) return withInvalidPart(undefined, partOf(connection));
  const ended = withTransportEnd(undefined, wire);
  if (isParserError(error)) return withInvalidPart(ended, parsedPart(error));
  if (hasBytes(connection)) return withInvalidPart(ended, isRefused(connection) ? 'other' : undefined);
  return withHandshakePhase(ended, { socket: wire, error, isSent: Boolean(wire) });
}

/** Returns the part of a response with status 101 for which undici refused; `undefined` if the app closed before. */
function partOf({ tracked, facts: { switching, wire } }: UndiciConnection): InvalidPart | undefined {
  if (tracked.closing) return undefined;
  // HTTP/2 has none of the headers of an upgrade (RFC 8441 §5).
  if (!switching || wire?.bytesRead === undefined) return 'other';
  const { requested, responded } = switching;
  return refusedPart(
    (name) => headerIn(requested, name),
    (name) => headerIn(responded, name),
  );
}

/** Says whether bytes of a response have come. */
function hasBytes({ facts: { wire, readBefore } }: UndiciConnection): boolean {
  return (wire?.bytesRead ?? 0) > readBefore;
}

/** Says whether undici itself has given up a handshake, although neither the app, the peer nor the network had. */
function isRefused({ tracked, facts: { wire, error } }: UndiciConnection): boolean {
  // These errors say by themselves that a head was too long, or late.
  const isOfHead = /^UND_ERR_HEADERS_/.test(String((error as { readonly code?: unknown } | undefined)?.code));
  return !isOfHead && !tracked.closing && !wire?.readableEnded && !wireError(wire)?.syscall;
}
