import { ownValueOf } from '../runtime/own-value.ts';

/** Receives the prototype of a class that was found; one class may be found more than once. */
type Found = (prototype: object) => void;

/** Finds the classes of `ws` in a class that a module exports. A copy in one file exports its server with its sockets only. */
export function findWsClasses(
  exported: object,
  prototype: object,
  foundSocket: Found,
  foundServer: Found,
): void {
  const socket = socketPrototypeOf(prototype);
  if (socket) foundSocket(socket);
  const server = serverPrototypeOf(
    socket ? ownValueOf(ownValueOf(exported, 'Server'), 'prototype') : prototype,
  );
  if (server) foundServer(server);
}

/** The prototype of the `ws` socket class that made an object, or that the object is; `undefined` for other objects. */
export function socketPrototypeOf(object: unknown): object | undefined {
  return ownerOf(object, 'emitClose', 'setSocket');
}

/** The prototype of the `ws` server class that made an object, or that the object is; `undefined` for other objects. */
export function serverPrototypeOf(object: unknown): object | undefined {
  return ownerOf(object, 'handleUpgrade', 'completeUpgrade');
}

/** The first of an object and its prototypes that has two methods of its own. */
function ownerOf(object: unknown, ...methods: [string, string]): object | undefined {
  for (let owner = object; typeof owner === 'object' && owner; owner = Object.getPrototypeOf(owner)) {
    if (methods.every((name) => typeof ownValueOf(owner, name) === 'function')) return owner;
  }
  return undefined;
}
