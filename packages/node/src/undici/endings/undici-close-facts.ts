import type { WebSocketLike } from '@closespan/core';
import type { CloseFacts } from '@closespan/core/platform';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { requestedUrl } from '../connection/undici-request.ts';

/** Facts of how a connection ended: those of a `close` event, or those that stand for one. */
export type EndFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> &
  Partial<Pick<CloseFacts, 'synthetic' | 'closedAt' | 'cause' | 'initiator'>>;

/**
 * Makes the facts of an end from a code and a reason. Every code but 1006 means a clean close: undici makes up no other
 * code, and returns each Close frame at once.
 */
export function endFactsOf({ code, reason }: { code: number; reason: string }): EndFacts {
  return { code, reason, wasClean: code !== 1006 };
}

/** Reads the facts of a close from a connection at its end. */
export function undiciCloseFacts(connection: UndiciConnection, end: EndFacts): CloseFacts {
  const { url, wire, error, statusCode, websocket = wire?.ws } = connection.facts;
  const errorCode = codeOf(wire?.errored) ?? codeOf(error);
  return {
    kind: 'client',
    url: websocket ? requestedUrl(websocket.url) : url,
    ...(websocket && socketFactsOf(websocket)),
    errored: error !== undefined || errorCode !== undefined,
    errorCode,
    httpStatusCode: statusCode,
    ...(end.code !== 1006 && { initiator: initiatorOf(connection) }),
    ...(end.code === 1006 && isLocalFailure(connection) && LOCAL_FAILURE),
    ...end,
  };
}

/** Facts of a connection that undici fails because of bytes that it received (RFC 6455 §7.1.7). */
const LOCAL_FAILURE = { initiator: 'local', cause: 'protocol_error' } as const;

/** Whether undici destroyed the wire of an open connection, although the peer had not ended it and no error befell it. */
function isLocalFailure({ tracked, facts: { wire } }: UndiciConnection): boolean {
  if (tracked.openedAt === undefined || wire?.bytesRead === undefined) return false;
  return wire.destroyed && !wire.readableEnded && codeOf(wire.errored) === undefined;
}

/** Reads the facts that a WebSocket itself shows at its end. */
export function socketFactsOf({
  protocol,
  extensions,
  bufferedAmount,
}: WebSocketLike): Pick<CloseFacts, 'subprotocol' | 'extensions' | 'unsentSize'> {
  return { subprotocol: protocol, extensions, unsentSize: bufferedAmount };
}

/**
 * Says who sent the first Close frame where no call of `close()` was noted. After its first Close frame undici writes
 * nothing more: bytes written after the peer's frame are undici's response to that frame.
 */
function initiatorOf({ facts }: UndiciConnection): CloseFacts['initiator'] {
  const { closeFrame, isWebSocket, wire } = facts;
  if (!closeFrame) return undefined;
  if (closeFrame.written === undefined) return isWebSocket ? 'remote' : 'unknown';
  return (wire?.bytesWritten ?? 0) > closeFrame.written ? 'remote' : 'local';
}

/** Reads an errno or TLS code. undici's own codes name the part of undici that failed, which explains nothing. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && !code.startsWith('UND_') ? code : undefined;
}
