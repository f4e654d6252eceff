import type { ClientRequest } from 'node:http';
import { guard } from '@closespan/core/platform';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * Requests of clients that are connecting and may be redirected; in Bun, of all clients that are connecting. The socket
 * itself gets a property `_req` only after its handshake. Turning an accessor on the socket into a value would cost an
 * open socket 1.4 kB.
 */
const openRequests = new WeakMap<WsSocket, ClientRequest>();
let openRequestCount = 0;

/**
 * Watches the property `_req`, in which `ws` stores the request of a client's handshake. An accessor on the prototype
 * sees each assignment. The accessor then makes the property that the assignment would have made, for some clients only
 * after the handshake.
 * @param assigned called with each request
 * @param accepted called only in Bun, when a client has taken the server's response
 * @returns a function that stops the watching
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

/**
 * Gives a client that has ended a real property `_req`, if the accessor on the prototype still stands in for that
 * property.
 */
export function makeReqProperty(socket: WsSocket): void {
  const request = openRequests.get(socket);
  if (request) makeProperty(socket, request);
}

function makeProperty(socket: WsSocket, value: ClientRequest | null): void {
  if (openRequests.delete(socket)) openRequestCount--;
  Object.defineProperty(socket, '_req', { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Says whether a client follows redirects and makes one more request for each. For such a client `ws` sets the property
 * `_originalSecure` before the first request.
 */
function followsRedirects(socket: WsSocket): boolean {
  return '_originalSecure' in socket;
}
