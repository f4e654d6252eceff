import type { WebSocketLike } from '@closespan/core';
import { type CloseFacts, NO_CLOSE_FRAME } from '@closespan/core/platform';
import { failedSocketPath, socketPathOf } from '../../connection/socket-path.ts';
import { withTransportEnd } from '../../connection/transport-end.ts';
import { unsentBytes } from '../../connection/unsent-bytes.ts';
import { wireError } from '../../connection/wire-error.ts';
import { memberOf } from '../../runtime/member-of.ts';
import { hasSentClose } from '../connection/undici-6-internals.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { requestedUrl } from '../connection/undici-request.ts';
import { failedHandshakeAttributes } from './failed-handshake-attributes.ts';

/** Facts of how a connection ended. The facts come from a `close` event; without such an event they are inferred. */
export type EndFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> &
  Partial<Pick<CloseFacts, 'synthetic' | 'closedAt' | 'cause' | 'initiator'>>;

/**
 * Makes the facts of an end from a code and a reason. Every code except 1006 means that the peer's Close frame came.
 * undici 7 and 8 call such an end clean. undici 6 does so only if its own Close frame could be written, too.
 * @param websocket the app's socket; `undefined` for a `WebSocketStream`
 */
export function endFactsOf(
  { code, reason }: { code: number; reason: string },
  websocket: WebSocketLike | undefined,
): EndFacts {
  return { code, reason, wasClean: code !== 1006 && (!websocket || hasSentClose(websocket) !== false) };
}

/** Makes the facts of an end if only the peer's Close frame, or its absence, is known. */
export function lastFactsOf(connection: UndiciConnection): EndFacts {
  const { closeFrame, wire, websocket = wire?.ws } = connection.facts;
  // Bytes that came before the frame may have been invalid, so that undici never read the frame.
  return closeFrame && !isLocalFailure(connection) ? endFactsOf(closeFrame, websocket) : NO_CLOSE_FRAME;
}

/** Makes the facts of a close from a connection of undici and from the facts of its end. */
export function undiciCloseFacts(connection: UndiciConnection, end: EndFacts): CloseFacts {
  const { url, wire, error, statusCode, traffic, websocket = wire?.ws } = connection.facts;
  const errorCode = codeOf(wireError(wire)) ?? codeOf(error);
  const isOpened = connection.tracked.openedAt !== undefined;
  return {
    kind: 'client',
    url: websocket ? requestedUrl(memberOf(websocket, 'url')) : url,
    socketPath: socketPathOf(wire) ?? failedSocketPath(error),
    ...(websocket && socketFactsOf(websocket)),
    unsentSize: unsentSizeOf(connection),
    errored: error !== undefined || errorCode !== undefined,
    errorCode,
    httpStatusCode: statusCode,
    furtherAttributes: isOpened ? withTransportEnd(traffic, wire) : failedHandshakeAttributes(connection),
    ...(end.code !== 1006 && { initiator: initiatorOf(connection) }),
    ...(end.code === 1006 && isLocalFailure(connection) && LOCAL_FAILURE),
    ...end,
  };
}

/** Facts of a connection that undici ends because it has received invalid bytes (RFC 6455 §7.1.7). */
const LOCAL_FAILURE = { initiator: 'local', cause: 'protocol_error' } as const;

/**
 * Says whether undici itself failed an open connection. undici has then destroyed the wire (the TCP socket), although
 * the peer had not ended the wire and no error had occurred.
 */
function isLocalFailure({ tracked, facts: { wire } }: UndiciConnection): boolean {
  if (tracked.openedAt === undefined || wire?.bytesRead === undefined) return false;
  return wire.destroyed && !wire.readableEnded && codeOf(wireError(wire)) === undefined;
}

/**
 * Reads the facts that a `WebSocket` itself holds at its end: subprotocol, extensions and the number of unsent bytes.
 */
export function socketFactsOf(
  websocket: WebSocketLike,
): Pick<CloseFacts, 'subprotocol' | 'extensions' | 'unsentSize'> {
  return {
    subprotocol: memberOf(websocket, 'protocol'),
    extensions: memberOf(websocket, 'extensions'),
    unsentSize: sizeOfQueue(websocket),
  };
}

function sizeOfQueue(websocket: WebSocketLike | undefined): number | undefined {
  return websocket && memberOf(websocket, 'bufferedAmount');
}

/** Returns the number of bytes of the app that never left. Before the opening, the bytes of a wire are a request. */
function unsentSizeOf({
  tracked,
  facts: { wire, websocket = wire?.ws },
}: UndiciConnection): number | undefined {
  if (tracked.openedAt === undefined) return sizeOfQueue(websocket);
  return unsentBytes(wire, sizeOfQueue(websocket) ?? wire?.writableLength ?? 0);
}

/**
 * Says who sent the first Close frame, if no call of `close()` was noted. After its first Close frame undici writes
 * nothing more. So bytes written after the peer's Close frame are undici's response to that frame.
 * @returns `undefined` if the bytes prove nothing; then a call would have been noted, if calls are seen
 */
function initiatorOf({ facts }: UndiciConnection): CloseFacts['initiator'] {
  const { closeFrame, isWebSocket, isCloseReturned, wire } = facts;
  if (!closeFrame) return undefined;
  if (closeFrame.written === undefined) return isWebSocket ? undefined : 'unknown';
  if (isCloseReturned || (wire?.bytesWritten ?? 0) > closeFrame.written) return 'remote';
  // A lost connection has dropped the bytes that waited, and counts them no more.
  return wire?.errored ? undefined : 'local';
}

/**
 * Reads an errno or TLS code from an error. undici's own codes are left out, because they name a part of undici and
 * explain nothing.
 */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && !code.startsWith('UND_') ? code : undefined;
}
