import { type Closing, guard, patchMethod } from '@closespan/core/platform';

/** One call of `close()`, from before it to after it. */
export interface CloseCall {
  readonly closing: Closing;
  /** It has returned. */
  done?(): void;
  /** It threw, and has closed nothing. */
  takeBack?(): void;
}

/** The app's calls of `close()`, which no channel of undici tells. */
export interface CloseCalls {
  /**
   * Patches a class in place, once.
   * @param begin called before each call; `undefined`: the call changes nothing
   */
  watch(
    prototype: object | undefined,
    begin: (self: object, argument: unknown) => CloseCall | undefined,
  ): void;
  /** Whether a socket is of a class that is watched. */
  watches(socket: object): boolean;
  /** The call inside which we are: what undici tells meanwhile is about its socket. */
  current(): Closing | undefined;
  unwatch(): void;
}

/** Makes a watcher of calls. */
export function createCloseCalls(): CloseCalls {
  const patches = new Map<object, () => void>();
  let current: Closing | undefined;

  return {
    watch(start, begin) {
      const prototype = ownerOfClose(start);
      if (!prototype || patches.has(prototype)) return;
      const unpatch = patchMethod(prototype, 'close', (original, self, args) => {
        const call = guard('close', () => begin(self, args[0]), undefined);
        if (!call) return original(...args);
        const outer = current;
        current = call.closing;
        let outcome: 'done' | 'takeBack' = 'takeBack';
        try {
          const result = original(...args);
          outcome = 'done';
          return result;
        } finally {
          // Not `catch`: an error that is thrown again makes a crash report our line, and not the app's.
          guard('close', () => call[outcome]?.(), undefined);
          current = outer;
        }
      });
      patches.set(prototype, unpatch);
    },
    watches: (socket) =>
      [...patches.keys()].some((prototype) => Object.prototype.isPrototypeOf.call(prototype, socket)),
    current: () => current,
    unwatch() {
      for (const unpatch of patches.values()) unpatch();
    },
  };
}

/** undici's own class, the last with a `close`: what a subclass does in its own may close nothing, or later. */
function ownerOfClose(prototype: object | undefined): object | undefined {
  let owner: object | undefined;
  for (let one = prototype; one; one = Object.getPrototypeOf(one) ?? undefined) {
    if (Object.hasOwn(one, 'close')) owner = one;
  }
  return owner;
}
