import type { ClientRequest } from 'node:http';
import { guard } from '@closespan/core/platform';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * Requests of clients that may be redirected, and in Bun of all clients, until their handshake is over. Only then the
 * socket gets a property `_req` of its own: to turn an accessor of its own into a value would cost an open socket 1.4 kB.
 */
const openRequests = new WeakMap<WsSocket, ClientRequest>();
let openRequestCount = 0;

/**
 * Watches the property `_req`, in which `ws` stores the request of a client's handshake. An accessor on the prototype
 * sees each assignment, and then makes the property that the assignment would have made.
 * @param assigned called with each request
 * @param accepted called in Bun alone, when a client has taken the server's response
 * @returns a function that stops it
 */
export function watchReqProperty(
  prototype: object,
  assigned: (socket: WsSocket, request: ClientRequest) => void,
  accepted: (socket: WsSocket) => void,
): () => void {
  let watching = true;

  Object.defineProperty(prototype, '_req', {
    configurable: true,
    get(this: WsSocket) {
      return openRequests.get(this);
    },
    set(this: WsSocket, value: ClientRequest | null) {
      const isKnown = openRequests.has(this);
      if (value && (isKnown || (watching && (IS_BUN || followsRedirects(this))))) {
        if (!isKnown) openRequestCount++;
        openRequests.set(this, value);
      } else makeProperty(this, value);
      if (IS_BUN && !value && watching) guard('ws', () => accepted(this), undefined);
      if (value && watching) guard('ws', () => assigned(this, value), undefined);
    },
  });

  return () => {
    watching = false;
    // `ws` still reads the requests of handshakes that go on.
    if (openRequestCount === 0) Reflect.deleteProperty(prototype, '_req');
  };
}

/** Gives a client that has ended its property `_req`, where the accessor still stands in for it. */
export function makeReqProperty(socket: WsSocket): void {
  const request = openRequests.get(socket);
  if (request) makeProperty(socket, request);
}

function makeProperty(socket: WsSocket, value: ClientRequest | null): void {
  if (openRequests.delete(socket)) openRequestCount--;
  Object.defineProperty(socket, '_req', { value, writable: true, enumerable: true, configurable: true });
}

/** Says whether a client makes one request more for each redirect. `ws` sets this property before its first request. */
function followsRedirects(socket: WsSocket): boolean {
  return '_originalSecure' in socket;
}
