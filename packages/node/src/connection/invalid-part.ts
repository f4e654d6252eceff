import { ATTR_WEBSOCKET_HANDSHAKE_INVALID } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import { namesIn } from './names-in.ts';

/**
 * Part of a response for which a client refuses the response. `http`: the bytes are no response of HTTP. The other parts
 * are headers of a response with status 101 (RFC 6455 §4.1). `other`: the client refused, and did not say why.
 */
export type InvalidPart =
  | 'http'
  | 'upgrade'
  | 'connection'
  | 'accept'
  | 'subprotocol'
  | 'extensions'
  | 'other';

/** Returns the value of a header by its name in lower case; empty if there is none. */
type ValueOf = (name: string) => string;

/** Text that a server appends to the key of a handshake (RFC 6455 §1.3). */
const SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const SUBPROTOCOL = 'sec-websocket-protocol';
const EXTENSIONS = 'sec-websocket-extensions';

/** Returns the part for which each client must refuse a response of status 101 (RFC 6455 §4.1). */
export function invalidPart(requested: ValueOf, responded: ValueOf): InvalidPart | undefined {
  if (responded('upgrade').toLowerCase() !== 'websocket') return 'upgrade';
  if (!namesIn(responded('connection').toLowerCase()).includes('upgrade')) return 'connection';
  // A response was received, so Node has loaded this module.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const proof = createHash('sha1')
    .update(`${requested('sec-websocket-key')}${SUFFIX}`)
    .digest('base64');
  if (responded('sec-websocket-accept').trim() !== proof) return 'accept';
  const isChosenFrom = (name: string) => {
    const offered = namesIn(requested(name));
    return namesIn(responded(name)).every((one) => offered.includes(one));
  };
  if (!isChosenFrom(SUBPROTOCOL)) return 'subprotocol';
  return isChosenFrom(EXTENSIONS) ? undefined : 'extensions';
}

/** Returns the part for which a client has refused a response of status 101. Some clients refuse more than they must. */
export function refusedPart(requested: ValueOf, responded: ValueOf): InvalidPart {
  const part = invalidPart(requested, responded);
  if (part) return part;
  // Such a response is valid, and `ws` and undici refuse it all the same.
  if (requested(SUBPROTOCOL) && !responded(SUBPROTOCOL)) return 'subprotocol';
  // The names are offered ones, and their parameters may be wrong.
  return responded(EXTENSIONS) ? 'extensions' : 'other';
}

/** Says whether an error is one of a parser for HTTP, of Node or undici: bytes have come, and no response is awaited. */
export function isParserError(error: unknown): boolean {
  return (
    codeOf(error).startsWith('HPE_') ||
    (error as Partial<Error> | null | undefined)?.name === 'HTTPParserError'
  );
}

/** Returns the part that an error of a parser names: `http`, except for headers that are only too long. */
export function parsedPart(parserError: unknown): InvalidPart | undefined {
  return codeOf(parserError) === 'HPE_HEADER_OVERFLOW' ? undefined : 'http';
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | null | undefined)?.code);
}

/** Adds to attributes the part for which a client refused a response. Without a part, nothing is added. */
export function withInvalidPart(
  attributes: Attributes | undefined,
  part: InvalidPart | undefined,
): Attributes | undefined {
  return part ? { ...attributes, [ATTR_WEBSOCKET_HANDSHAKE_INVALID]: part } : attributes;
}
