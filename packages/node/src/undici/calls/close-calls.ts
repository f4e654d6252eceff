import { type Closing, guard, patchMethod, stopAll } from '@closespan/core/platform';

/** One call of `close()`, from before it to after it. */
export interface CloseCall {
  readonly closing: Closing;
  /** Called when `close()` has returned. */
  noteReturn?(): void;
  /** Called when `close()` has thrown, and so has closed nothing. */
  noteThrow?(): void;
}

/** Watches the app's calls of `close()`, which no channel of undici tells. */
export interface CloseCalls {
  /**
   * Patches the `close()` of a class in place, once.
   * @param noteCall called before each call; it returns `undefined` for a call that closes nothing
   */
  watch(
    prototype: object | undefined,
    noteCall: (self: object, argument: unknown) => CloseCall | undefined,
  ): void;
  /** Whether a socket is of a class whose calls are watched. */
  isWatched(socket: object): boolean;
  /** The call of `close()` that is running now. Errors that undici tells meanwhile are of the same socket. */
  current(): Closing | undefined;
  stop(): void;
}

/** Makes a watcher of calls. */
export function createCloseCalls(): CloseCalls {
  const stops = new Map<object, () => void>();
  let current: Closing | undefined;

  return {
    watch(start, noteCall) {
      const prototype = ownerOfClose(start);
      if (!prototype || stops.has(prototype)) return;
      const stop = patchMethod(prototype, 'close', (original, self, args) => {
        const call = guard('close', () => noteCall(self, args[0]));
        if (!call) return original(...args);
        const outer = current;
        current = call.closing;
        let noteOutcome: 'noteReturn' | 'noteThrow' = 'noteThrow';
        try {
          const result = original(...args);
          noteOutcome = 'noteReturn';
          return result;
        } finally {
          // Not `catch`: an error that is thrown again makes a crash report our line, and not the app's.
          guard('close', () => call[noteOutcome]?.());
          current = outer;
        }
      });
      stops.set(prototype, stop);
    },
    isWatched: (socket) =>
      [...stops.keys()].some((prototype) => Object.prototype.isPrototypeOf.call(prototype, socket)),
    current: () => current,
    stop: () => stopAll([...stops.values()]),
  };
}

/**
 * Finds undici's class among those that a prototype inherits from: the last one with a `close()` of its own. The
 * `close()` of an app's subclass may close nothing, or close later.
 */
function ownerOfClose(prototype: object | undefined): object | undefined {
  let owner: object | undefined;
  for (let one = prototype; one; one = Object.getPrototypeOf(one) ?? undefined) {
    if (Object.hasOwn(one, 'close')) owner = one;
  }
  return owner;
}
