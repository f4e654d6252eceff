import type { WebSocketLike } from '@closespan/core';
import type { CloseFacts } from '@closespan/core/platform';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { requestedUrl } from '../connection/undici-request.ts';

/** How a connection ended: what a `close` event says, or what stands for one. */
export type Ending = Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> &
  Partial<Pick<CloseFacts, 'synthetic' | 'closedAt' | 'cause' | 'initiator'>>;

/** undici has no code of its own but 1006, and answers each Close frame at once. */
export function endingOf({ code, reason }: { code: number; reason: string }): Ending {
  return { code, reason, wasClean: code !== 1006 };
}

/** The end of a connection that no Close frame explains. */
export const LOST: Ending = { code: 1006, reason: '', wasClean: false };

/** What undici shows of a connection at its end. */
export function closeFactsOf(undici: UndiciConnection, ending: Ending): CloseFacts {
  const { url, wire, error, statusCode, websocket = wire?.ws } = undici;
  const errorCode = codeOf(wire?.errored) ?? codeOf(error);
  return {
    kind: 'client',
    url: websocket ? requestedUrl(websocket.url) : url,
    ...(websocket && stateOf(websocket)),
    errored: error !== undefined || errorCode !== undefined,
    errorCode,
    httpStatusCode: statusCode,
    ...(ending.code !== 1006 && { initiator: initiatorOf(undici) }),
    ...(ending.code === 1006 && isOurFailure(undici) && OUR_FAILURE),
    ...ending,
  };
}

/** RFC 6455 §7.1.7: undici fails a connection over what it is sent. */
const OUR_FAILURE = { initiator: 'local', cause: 'protocol_error' } as const;

/** Whether undici destroyed the socket under an open connection: the peer had not ended it, and nothing befell it. */
function isOurFailure({ connection, wire }: UndiciConnection): boolean {
  if (connection.openedAt === undefined || wire?.bytesRead === undefined) return false;
  return wire.destroyed && !wire.readableEnded && codeOf(wire.errored) === undefined;
}

/** What a socket itself shows at its end. */
export function stateOf({ protocol, extensions, bufferedAmount }: WebSocketLike) {
  return { subprotocol: protocol, extensions, unsentSize: bufferedAmount };
}

/** Who sent the first Close frame where no call was noted. After our own we write nothing; else undici has answered. */
function initiatorOf({ closeFrame, hasEvents, wire }: UndiciConnection): CloseFacts['initiator'] {
  if (!closeFrame) return undefined;
  if (closeFrame.written === undefined) return hasEvents ? 'remote' : 'unknown';
  return (wire?.bytesWritten ?? 0) > closeFrame.written ? 'remote' : 'local';
}

/** undici's own codes say which part of it failed, not what happened; only errno and TLS codes do. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && !code.startsWith('UND_') ? code : undefined;
}
