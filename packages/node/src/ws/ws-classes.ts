import { ownValueOf } from '../runtime/own-value.ts';

/** Receives the prototype of a class that was found. A class may be found more than once. */
type Found = (prototype: object) => void;

/**
 * Looks for the socket class and the server class of `ws` in a class that a module exports. A copy of `ws` in one file
 * exports its server class only as a member of its socket class.
 */
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

/**
 * Returns the prototype of the `ws` socket class.
 * @param object an instance of the class, or the prototype itself
 * @returns `undefined` for every other value
 */
export function socketPrototypeOf(object: unknown): object | undefined {
  return ownerOf(object, 'emitClose', 'setSocket');
}

/**
 * Returns the prototype of the `ws` server class.
 * @param object an instance of the class, or the prototype itself
 * @returns `undefined` for every other value
 */
export function serverPrototypeOf(object: unknown): object | undefined {
  return ownerOf(object, 'handleUpgrade', 'completeUpgrade');
}

/** Finds the first object in a prototype chain that itself has two methods; `undefined` if no object has both. */
function ownerOf(object: unknown, ...methods: [string, string]): object | undefined {
  for (let owner = object; typeof owner === 'object' && owner; owner = Object.getPrototypeOf(owner)) {
    if (methods.every((name) => typeof ownValueOf(owner, name) === 'function')) return owner;
  }
  return undefined;
}
