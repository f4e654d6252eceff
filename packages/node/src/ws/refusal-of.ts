import type { WebSocketOptions } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { refusalAttributes, refusingHeaders } from '../connection/response-headers.ts';
import type { WsSocket } from './ws-socket.ts';

/** Returns attributes of the response that refused the handshake of a `ws` client; `undefined` if there is none. */
export function refusalOf(
  { url }: WsSocket,
  { handshake }: CompactConnection,
  options: WebSocketOptions,
): Attributes | undefined {
  return handshake && 'request' in handshake
    ? // Early versions of `ws` 7 keep any object that the app passed as the URL.
      refusalAttributes(refusingHeaders(handshake.request.res), String(url), options)
    : undefined;
}
