import type { SeeModule } from '../../runtime/watch-modules.ts';
import { HAS_OWN_GLOBAL } from '../../runtime/which-runtime.ts';
import { GLOBAL_IS_6 } from '../connection/undici-6-internals.ts';

/** The classes of the `undici` package that were found, of every copy that is loaded. */
export interface UndiciClasses {
  readonly seeModule: SeeModule;
  /** Whether the class of a WebSocket was loaded after observation began, so that all of its sockets are observed. */
  isLate(websocket: object): boolean;
  /** Whether the app may use a `WebSocketStream`, which fires no `close`. */
  hasStreams(): boolean;
  /**
   * Whether a `close` event that has not come after a failed handshake may still come. undici 6 fires none; a copy with
   * `WebSocketStream` is newer.
   */
  firesClose(): boolean;
}

/** Callbacks for each class that is found. A class may be found more than once. */
interface FoundClasses {
  webSocket(prototype: object): void;
  webSocketStream(prototype: object): void;
}

type Exports = Readonly<Record<string, { readonly prototype?: object } | undefined>>;

/** Matches the file of a cached module, and the path by which undici's index requires it. */
const FILE = /lib[\\/]web[\\/]websocket[\\/](stream[\\/])?websocket(stream)?(\.js)?$/;

/**
 * Finds the classes whose `close()` the app calls, by the files that export them: ES module importers load the same
 * files. A request does not lead to the class, since all copies of undici share one dispatcher.
 */
export function findUndiciClasses(found: FoundClasses): UndiciClasses {
  const areLate = new WeakMap<object, boolean>();
  let hasPackage = false;
  let hasStreams = false;

  return {
    seeModule(exported, name, isLate) {
      if (!FILE.test(name)) return;
      const { WebSocket, WebSocketStream } = (exported ?? {}) as Exports;
      if (WebSocket?.prototype) {
        hasPackage = true;
        // The first time counts.
        if (!areLate.has(WebSocket.prototype)) areLate.set(WebSocket.prototype, isLate);
        found.webSocket(WebSocket.prototype);
      }
      if (WebSocketStream?.prototype) {
        hasStreams = true;
        found.webSocketStream(WebSocketStream.prototype);
      }
    },
    isLate(websocket) {
      for (let one = Object.getPrototypeOf(websocket); one; one = Object.getPrototypeOf(one)) {
        const isLate = areLate.get(one);
        if (isLate !== undefined) return isLate;
      }
      // Node's own class is there from the start.
      return false;
    },
    hasStreams: () => hasStreams,
    firesClose: () => hasStreams || !(hasPackage || GLOBAL_IS_6),
  };
}

/** The class of the global `WebSocket`; `undefined` until it is loaded, because a look at the global would load it. */
export function loadedGlobalPrototype(): object | undefined {
  if (HAS_OWN_GLOBAL) return undefined;
  const { value } = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket') ?? {};
  const prototype: object | undefined = value?.prototype;
  // An app may have put the class of `ws` there.
  return prototype && !('emitClose' in prototype) ? prototype : undefined;
}
