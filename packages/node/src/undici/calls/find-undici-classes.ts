import type { SeeModule } from '../../runtime/watch-modules.ts';
import { HAS_OWN_GLOBAL } from '../../runtime/which-runtime.ts';

/** What is told of each class of the `undici` package, of every copy that is loaded. */
export interface FoundUndiciClass {
  /** @param isLate whether it was loaded only now; one that is loaded again is told again */
  webSocket(prototype: object, isLate: boolean): void;
  /** Not in undici 6. */
  webSocketStream(prototype: object): void;
}

type Exports = Readonly<Record<string, { readonly prototype?: object } | undefined>>;

/** As a cached file, and as undici's index asks for it. */
const FILE = /lib[\\/]web[\\/]websocket[\\/](stream[\\/])?websocket(stream)?(\.js)?$/;

/**
 * Finds the classes whose `close()` the app calls, loaded before or later, by the files that export them: ES module
 * importers load the same ones. The class of a request does not lead to them, since all copies share one dispatcher.
 */
export function findUndiciClasses(found: FoundUndiciClass): SeeModule {
  return (exported, name, isLate) => {
    if (!FILE.test(name)) return;
    const { WebSocket, WebSocketStream } = (exported ?? {}) as Exports;
    if (WebSocket?.prototype) found.webSocket(WebSocket.prototype, isLate);
    if (WebSocketStream?.prototype) found.webSocketStream(WebSocketStream.prototype);
  };
}

/** The class of Node's own copy; `undefined` while nobody has touched the global, since a look would load it. */
export function loadedGlobalPrototype(): object | undefined {
  if (HAS_OWN_GLOBAL) return undefined;
  const { value } = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket') ?? {};
  const prototype: object | undefined = value?.prototype;
  // An app may have put `ws` there.
  return prototype && !('emitClose' in prototype) ? prototype : undefined;
}
