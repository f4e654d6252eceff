import type { ClientRequest } from 'node:http';
import { defineProperty, guard, warnOfFrozen } from '@closespan/core/platform';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * Requests of clients that are connecting and may be redirected; in Bun, of all clients that are connecting. The socket
 * itself gets a property `_req` only after its handshake. Turning an accessor on the socket into a value would cost an
 * open socket 1.4 kB.
 */
const openRequests = new WeakMap<WsSocket, ClientRequest>();
let openRequestCount = 0;

/** Callbacks of an accessor; none while nobody watches. */
interface Watcher {
  /** Called with each request. */
  assigned?: (socket: WsSocket, request: ClientRequest) => void;
  /** Called in Bun alone, when a client has the server's response, or its request has failed. */
  ended?: (socket: WsSocket) => void;
}

/** Accessors that stand, by prototype: one that was frozen since is watched again by a later call. */
const watchers = new WeakMap<object, Watcher>();

/**
 * Watches the property `_req`, in which `ws` stores the request of a client's handshake. An accessor on the prototype
 * sees each assignment. The accessor then makes the property that the assignment would have made, for some clients only
 * after the handshake.
 * @param assigned called with each request
 * @param ended called in Bun alone, when a client has the server's response, or its request has failed
 * @returns a function that stops it; `undefined` where the prototype is frozen
 */
export function watchReqProperty(
  prototype: object,
  assigned: Required<Watcher>['assigned'],
  ended: Required<Watcher>['ended'],
): (() => void) | undefined {
  const standing = watchers.get(prototype);
  const watcher = Object.assign(standing ?? {}, { assigned, ended });
  if (!standing && !defineProperty(prototype, '_req', accessor(watcher))) {
    warnOfFrozen(prototype, '_req');
    return undefined;
  }
  watchers.set(prototype, watcher);

  return () => {
    for (const name of ['assigned', 'ended'] as const) delete watcher[name];
    // `ws` still reads the requests of handshakes that go on.
    if (openRequestCount === 0 && Reflect.deleteProperty(prototype, '_req')) watchers.delete(prototype);
  };
}

function accessor(watcher: Watcher): PropertyDescriptor & ThisType<WsSocket> {
  return {
    configurable: true,
    get() {
      return openRequests.get(this);
    },
    set(value: ClientRequest | null) {
      const { assigned, ended } = watcher;
      const isKnown = openRequests.has(this);
      if (value && (isKnown || (assigned && (IS_BUN || followsRedirects(this))))) {
        if (!isKnown) openRequestCount++;
        openRequests.set(this, value);
      } else makeProperty(this, value);
      if (IS_BUN && !value && ended) guard('ws', () => ended(this), undefined);
      if (value && assigned) guard('ws', () => assigned(this, value), undefined);
    },
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
  defineProperty(socket, '_req', { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Says whether a client follows redirects and makes one more request for each. For such a client `ws` sets the property
 * `_originalSecure` before the first request.
 */
function followsRedirects(socket: WsSocket): boolean {
  return '_originalSecure' in socket;
}
