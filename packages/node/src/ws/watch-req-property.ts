import type { ClientRequest } from 'node:http';
import { guard } from '@closespan/core/platform';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * The request of each client that may be redirected, and in Bun of each, until its handshake is over. The socket gets
 * its own property only then: to turn an accessor of its own into a value would cost it 1.4 kB for as long as it is
 * open.
 */
const redirectable = new WeakMap<WsSocket, ClientRequest>();
let unfinished = 0;

/**
 * Sees each request of a handshake at the moment at which `ws` stores it on the socket. That makes the property that
 * the assignment would have made anyway.
 * @param accepted called in Bun, when the server's answer was taken
 * @returns what stops it
 */
export function watchRequest(
  prototype: object,
  assigned: (socket: WsSocket, request: ClientRequest) => void,
  accepted: (socket: WsSocket) => void,
): () => void {
  let watching = true;

  Object.defineProperty(prototype, '_req', {
    configurable: true,
    get(this: WsSocket) {
      return redirectable.get(this);
    },
    set(this: WsSocket, value: ClientRequest | null) {
      const isHeld = redirectable.has(this);
      if (value && (isHeld || (watching && (IS_BUN || followsRedirects(this))))) {
        if (!isHeld) unfinished++;
        redirectable.set(this, value);
      } else finish(this, value);
      if (IS_BUN && !value && watching) guard('ws', () => accepted(this), undefined);
      if (value && watching) guard('ws', () => assigned(this, value), undefined);
    },
  });

  return () => {
    watching = false;
    // `ws` still reads the requests of handshakes that go on.
    if (unfinished === 0) Reflect.deleteProperty(prototype, '_req');
  };
}

/** Tells that a client is at its end. */
export function releaseRequest(socket: WsSocket): void {
  const request = redirectable.get(socket);
  if (request) finish(socket, request);
}

function finish(socket: WsSocket, value: ClientRequest | null): void {
  if (redirectable.delete(socket)) unfinished--;
  Object.defineProperty(socket, '_req', { value, writable: true, enumerable: true, configurable: true });
}

/** Whether a client makes one request more for each redirect; `ws` says so just before it makes the first. */
function followsRedirects(socket: WsSocket): boolean {
  return '_originalSecure' in socket;
}
