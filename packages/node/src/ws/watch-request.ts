import type { ClientRequest } from 'node:http';
import { guard } from '@closespan/core';
import type { WsSocket } from './ws-socket.ts';

/**
 * Sees the handshake's request at the moment at which `ws` stores it on the socket, before it is sent. The first
 * assignment makes the property that it would have made anyway.
 */
export function watchRequest(
  prototype: object,
  assigned: (socket: WsSocket, request: ClientRequest) => void,
): () => void {
  Object.defineProperty(prototype, '_req', {
    configurable: true,
    get: () => undefined,
    set(this: WsSocket, value: ClientRequest | null) {
      Object.defineProperty(this, '_req', { value, writable: true, enumerable: true, configurable: true });
      if (value) guard('ws', () => assigned(this, value), undefined);
    },
  });
  return () => Reflect.deleteProperty(prototype, '_req');
}
