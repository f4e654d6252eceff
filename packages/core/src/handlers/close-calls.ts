import { ownProperty } from '../observe/define-property.ts';
import { patchAround } from '../observe/patch-method.ts';
import { stopAll } from '../stop-all.ts';

/** A call that closes a connection. */
export interface CloseCall {
  readonly code: unknown;
  readonly reason: unknown;
  /** Whether the call drops the connection without a Close frame. */
  readonly isForced: boolean;
}

/** Notes calls of the methods that close connections. */
export interface CloseCalls {
  /**
   * Watches the methods of an object: in the object itself, or in the prototype that has them.
   * @returns `false` if a call may go unseen, since a method is frozen
   */
  watch(socket: object): boolean;
  stop(): void;
}

const METHODS = ['close', 'terminate', 'end'] as const;

/**
 * Makes an object that notes calls of `close`, `terminate` and `end`. The methods are patched in place, each once.
 * @param note runs before a call. May return a function that runs after the call
 */
export function watchCloseCalls(
  note: (socket: object, call: CloseCall) => ((threw: boolean) => void) | undefined,
): CloseCalls {
  /** Methods that were looked at, by their owner and name, and whether their calls are seen. */
  const watched = new WeakMap<object, Map<string, boolean>>();
  const stops: ((() => void) | undefined)[] = [];

  function watchMethod(socket: object, name: (typeof METHODS)[number]): boolean {
    const owner = ownerOf(socket, name);
    if (!owner) return true;
    const names = watched.get(owner) ?? new Map<string, boolean>();
    const known = names.get(name);
    if (known !== undefined) return known;
    const stop = patchAround(owner, name, (self, [code, reason]) => {
      // uWebSockets.js has `end` for a close with a Close frame.
      const isForced = name === 'terminate' || (name === 'close' && 'end' in self);
      const after = note(
        self,
        isForced ? { code: undefined, reason: undefined, isForced } : { code, reason, isForced },
      );
      return after && ((_result, threw) => after(threw));
    });
    // The patch of an object of one connection goes with the object.
    if (owner !== socket) stops.push(stop);
    watched.set(owner, names.set(name, Boolean(stop)));
    return Boolean(stop);
  }

  return {
    watch: (socket) => METHODS.map((name) => watchMethod(socket, name)).every(Boolean),
    stop: () => stopAll(stops.reverse()),
  };
}

/** Finds the object in a prototype chain that itself has a method. */
function ownerOf(socket: object, name: string): object | undefined {
  for (let one: object | null = socket; one; one = Object.getPrototypeOf(one)) {
    const found = ownProperty(one, name);
    if (found) return typeof found.value === 'function' ? one : undefined;
  }
  return undefined;
}
