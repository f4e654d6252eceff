import { ownProperty } from '../observe/define-property.ts';
import { stopAll } from '../stop-all.ts';

/** Patches methods of the sockets that handlers get. */
export interface MethodWatch {
  /**
   * Patches the methods of a socket: in the object itself, or in the prototype that has them.
   * @returns `false` if a call may go unseen, since a method is frozen
   */
  watch(socket: object): boolean;
  /** Undoes the patches. */
  stop(): void;
}

/**
 * Makes an object that patches methods, each once.
 * @param patch patches a method; returns a function that undoes the patch, or `undefined` if nothing could be patched
 */
export function watchMethods(
  names: readonly string[],
  patch: (owner: object, name: string) => (() => void) | undefined,
): MethodWatch {
  /** Methods that were looked at, by their owner and name, and whether their calls are seen. */
  const watched = new WeakMap<object, Map<string, boolean>>();
  const stops: ((() => void) | undefined)[] = [];

  function watchMethod(socket: object, name: string): boolean {
    const owner = methodOwner(socket, name);
    if (!owner) return true;
    const known = watched.get(owner) ?? new Map<string, boolean>();
    const isSeen = known.get(name);
    if (isSeen !== undefined) return isSeen;
    const stop = patch(owner, name);
    // The patch of an object of one connection goes with the object.
    if (owner !== socket) stops.push(stop);
    watched.set(owner, known.set(name, Boolean(stop)));
    return Boolean(stop);
  }

  return {
    watch: (socket) => names.map((name) => watchMethod(socket, name)).every(Boolean),
    stop: () => stopAll(stops.reverse()),
  };
}

/** Returns the object in a prototype chain that itself has a method. `undefined` if the chain has no such method. */
export function methodOwner(socket: object, name: string): object | undefined {
  for (let one: object | null = socket; one; one = Object.getPrototypeOf(one)) {
    const found = ownProperty(one, name);
    if (found) return typeof found.value === 'function' ? one : undefined;
  }
  return undefined;
}
