import type { WebSocketOptions } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { refusalAttributes, refusingHeaders } from '../connection/response-headers.ts';
import { urlOf, type WsSocket } from './ws-socket.ts';

/** Returns attributes of the response that refused the handshake of a `ws` client; `undefined` if there is none. */
export function refusalOf(
  socket: WsSocket,
  { handshake }: CompactConnection,
  options: WebSocketOptions,
): Attributes | undefined {
  return handshake && 'request' in handshake
    ? refusalAttributes(refusingHeaders(handshake.request.res), urlOf(socket) ?? '', options)
    : undefined;
}
