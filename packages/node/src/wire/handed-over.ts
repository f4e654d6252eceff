import { CONNECTING } from '@closespan/core/platform';
import { findHeld } from './find-held.ts';

/** Largest number of sockets that are remembered. */
const MOST = 100;

/** Sockets that the app has passed to `observe()` while they were connecting. Their streams are not known yet. */
export interface HandedOverSockets {
  add(socket: object): void;
  /** Says whether one of the sockets uses a stream. */
  uses(stream: object): boolean;
}

/** Makes the store, which keeps no socket alive. */
export function createHandedOverSockets(): HandedOverSockets {
  let sockets: WeakRef<object>[] = [];
  return {
    add(socket) {
      if (isConnecting(socket)) sockets = [...sockets, new WeakRef(socket)].slice(-MOST);
    },
    uses(stream) {
      const isStream = (one: object): one is object => one === stream;
      const user = sockets.find((one) => {
        const socket = one.deref();
        return socket && findHeld(socket, isStream);
      });
      sockets = sockets.filter((one) => one !== user && isConnecting(one.deref()));
      return user !== undefined;
    },
  };
}

function isConnecting(socket: object | undefined): boolean {
  return (socket as { readonly readyState?: unknown } | undefined)?.readyState === CONNECTING;
}
