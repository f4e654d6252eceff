import { type Closing, patchAround, stopAll } from '@closespan/core/platform';

/** One call of `close()`. The object lives from just before the call until just after the call has returned. */
export interface CloseCall {
  readonly closing: Closing;
  /** Called when `close()` has returned. */
  noteReturn?(): void;
  /** Called when `close()` has thrown and therefore has closed nothing. */
  noteThrow?(): void;
}

/** Watches the app's calls of `close()`. No diagnostics channel of undici reports these calls. */
export interface CloseCalls {
  /**
   * Patches the `close()` method of a class in place. A second call for the same class does nothing.
   * @param noteCall called before each call of `close()`, and may change the arguments in place; returns `undefined` if that call closes nothing
   */
  watch(
    prototype: object | undefined,
    noteCall: (self: object, args: unknown[]) => CloseCall | undefined,
  ): void;
  /** Says whether the calls of `close()` on a socket are watched, because of the socket's class. */
  isWatched(socket: object): boolean;
  /** Returns whether the calls of every watched class are seen: a class may be frozen. */
  areSeen(): boolean;
  /**
   * Returns the call of `close()` that is running now; `undefined` if there is none. Errors that undici reports during
   * the call belong to the same socket.
   */
  current(): Closing | undefined;
  stop(): void;
}

/** Makes a watcher for the app's calls of `close()`. */
export function createCloseCalls(): CloseCalls {
  const stops = new Map<object, (() => void) | undefined>();
  let current: Closing | undefined;

  return {
    watch(start, noteCall) {
      const prototype = ownerOfClose(start);
      if (!prototype || stops.has(prototype)) return;
      const stop = patchAround(prototype, 'close', (self, args) => {
        const call = noteCall(self, args);
        if (!call) return undefined;
        const outer = current;
        current = call.closing;
        return (_result, threw) => {
          current = outer;
          if (threw) call.noteThrow?.();
          else call.noteReturn?.();
        };
      });
      stops.set(prototype, stop);
    },
    isWatched: (socket) =>
      [...stops.keys()].some((prototype) => Object.prototype.isPrototypeOf.call(prototype, socket)),
    areSeen: () => ![...stops.values()].includes(undefined),
    current: () => current,
    stop: () => stopAll([...stops.values()]),
  };
}

/**
 * Finds undici's own class in a prototype chain: the last prototype that itself has `close()`. The `close()` of an
 * app's subclass may close nothing, or close later.
 */
export function ownerOfClose(prototype: object | undefined): object | undefined {
  let owner: object | undefined;
  for (let one = prototype; one; one = Object.getPrototypeOf(one) ?? undefined) {
    if (Object.hasOwn(one, 'close')) owner = one;
  }
  return owner;
}
