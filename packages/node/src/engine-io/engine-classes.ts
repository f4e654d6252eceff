import { ownValueOf } from '../runtime/own-value.ts';

/** Callbacks for classes of engine.io and Socket.IO that were found. A class may be found more than once. */
export interface FoundEngineClasses {
  /**
   * Called with the prototype of the socket class of engine.io, on servers, or of engine.io-client.
   * @param onClose name of the method that the library calls when it ends or loses a connection
   */
  engine(prototype: object, onClose: string): void;
  /** Called with the prototype of the socket class of a Socket.IO server. The parameters are those of `engine`. */
  socketIo(prototype: object, onClose: string): void;
}

/** Names under which modules export their socket classes. */
const NAMES = ['Socket', 'SocketWithoutUpgrade'];

/**
 * Looks for the socket classes of engine.io, engine.io-client and Socket.IO in the exports of a module. Versions differ
 * in the names of their methods.
 */
export function findEngineClasses(exported: unknown, found: FoundEngineClasses): void {
  if ((typeof exported !== 'object' && typeof exported !== 'function') || !exported) return;
  for (const candidate of [exported, ...NAMES.map((name) => ownValueOf(exported, name))]) {
    const prototype = typeof candidate === 'function' ? ownValueOf(candidate, 'prototype') : undefined;
    if (typeof prototype !== 'object' || !prototype) continue;
    const onClose = ['_onClose', 'onClose', '_onclose', 'onclose'].find((name) => isMethod(prototype, name));
    if (!onClose) continue;
    if (isMethod(prototype, 'setTransport')) found.engine(prototype, onClose);
    if (isMethod(prototype, 'buildHandshake')) found.socketIo(prototype, onClose);
  }
}

function isMethod(prototype: object, name: string): boolean {
  return typeof ownValueOf(prototype, name) === 'function';
}
