import { ownProperty } from '@closespan/core/platform';
import type { SeeModule } from '../../runtime/watch-modules.ts';
import { HAS_OWN_GLOBAL } from '../../runtime/which-runtime.ts';
import { GLOBAL_IS_6 } from '../connection/undici-6-internals.ts';

/** Classes that were found in all loaded copies of the package `undici`. */
export interface UndiciClasses {
  readonly seeModule: SeeModule;
  /**
   * Says whether the class of a WebSocket was loaded after observation began. All sockets of such a class are observed.
   */
  isLate(websocket: object): boolean;
  /** Says whether the app may use `WebSocketStream`. A `WebSocketStream` fires no `close` event. */
  hasStreams(): boolean;
  /**
   * Says whether a `close` event that has not come after a failed handshake may still come. undici 6 fires no such
   * event. A copy of undici with `WebSocketStream` is newer than undici 6.
   */
  firesClose(): boolean;
}

/** Callbacks for the classes that are found. A class may be found more than once. */
interface FoundClasses {
  webSocket(prototype: object): void;
  webSocketStream(prototype: object): void;
  /** Called with the exports of a module that may export the function `ping`. */
  exports(exported: object): void;
}

type Exports = Readonly<Record<string, { readonly prototype?: object } | undefined>>;

/** Matches the files of undici that export `WebSocket` and `WebSocketStream`. */
const FILE = /lib[\\/]web[\\/]websocket[\\/](stream[\\/])?websocket(stream)?\.js$/;

/** Matches the file that exports everything of undici. */
const INDEX = /undici[^\\/]*[\\/]index\.js$/;

/**
 * Finds the classes whose `close()` the app calls, by the files that export the classes. ES modules that import undici
 * load these files, too. A request does not lead to its class, since all copies of undici share one dispatcher.
 */
export function findUndiciClasses(found: FoundClasses): UndiciClasses {
  const areLate = new WeakMap<object, boolean>();
  let hasPackage = false;
  let hasStreams = false;

  return {
    seeModule(exported, file, isLate) {
      const isFile = FILE.test(file);
      if ((isFile || INDEX.test(file)) && typeof exported === 'object' && exported) found.exports(exported);
      if (!isFile) return;
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

/**
 * Returns the prototype of the global `WebSocket`; `undefined` until its class is loaded. Only the property's
 * descriptor is read, because reading the property itself would load the class.
 */
export function loadedGlobalPrototype(): object | undefined {
  if (HAS_OWN_GLOBAL) return undefined;
  const prototype: object | undefined = ownProperty(globalThis, 'WebSocket')?.value?.prototype;
  // An app may have put the class of `ws` there.
  return prototype && !('emitClose' in prototype) ? prototype : undefined;
}
