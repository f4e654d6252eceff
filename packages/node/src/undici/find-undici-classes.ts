import Module from 'node:module';
import { guard, patchMethod } from '@closespan/core/platform';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';

/** What is told of each class of the `undici` package, of every copy that is loaded. */
export interface FoundUndiciClass {
  /** @param isLate whether it was loaded only now; one that is loaded again is told again */
  webSocket(prototype: object, isLate: boolean): void;
  /** Not in undici 6. */
  webSocketStream(prototype: object): void;
}

type Exports = Readonly<Record<string, { readonly prototype?: object } | undefined>>;
type Cache = Readonly<Record<string, { readonly exports: Exports } | undefined>>;

/** As a cached file, and as undici's index asks for it. */
const FILE = /lib[\\/]web[\\/]websocket[\\/](stream[\\/])?websocket(stream)?(\.js)?$/;

/**
 * Finds the classes whose `close()` the app calls, loaded before or later, by the files that export them: ES module
 * importers load the same ones. The class of a request does not lead to them, since all copies share one dispatcher.
 * @returns what stops it
 */
export function findUndiciClasses(found: FoundUndiciClass): () => void {
  const { _cache } = Module as unknown as { readonly _cache: Cache };
  for (const file of Object.keys(_cache)) {
    if (FILE.test(file)) offer(_cache[file]?.exports, false);
  }
  return patchMethod(Module, '_load', (load, _self, args) => {
    const exported = load(...args);
    if (FILE.test(String(args[0]))) offer(exported as Exports, true);
    return exported;
  });

  function offer(exported: Exports | undefined, isLate: boolean): void {
    guard('undici', () => take(exported, isLate), undefined);
  }

  function take({ WebSocket, WebSocketStream }: Exports = {}, isLate: boolean): void {
    if (WebSocket?.prototype) found.webSocket(WebSocket.prototype, isLate);
    if (WebSocketStream?.prototype) found.webSocketStream(WebSocketStream.prototype);
  }
}

/** The class of Node's own copy; `undefined` while nobody has touched the global, since a look would load it. */
export function loadedGlobalPrototype(): object | undefined {
  if (HAS_OWN_GLOBAL) return undefined;
  const { value } = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket') ?? {};
  const prototype: object | undefined = value?.prototype;
  // An app may have put `ws` there.
  return prototype && !('emitClose' in prototype) ? prototype : undefined;
}
