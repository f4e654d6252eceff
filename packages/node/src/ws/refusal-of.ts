import type { WebSocketOptions } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { attemptOf } from '../connection/handshake.ts';
import { refusalAttributes, refusingHeaders } from '../connection/response-headers.ts';
import { urlOf, type WsSocket } from './ws-socket.ts';

/** Returns attributes of the response that refused the handshake of a `ws` client; `undefined` if there is none. */
export function refusalOf(
  socket: WsSocket,
  { handshake }: CompactConnection,
  options: WebSocketOptions,
): Attributes | undefined {
  const attempt = attemptOf(handshake);
  return attempt
    ? refusalAttributes(refusingHeaders(attempt.request.res), urlOf(socket) ?? '', options)
    : undefined;
}
