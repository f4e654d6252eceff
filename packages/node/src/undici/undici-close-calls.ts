import { type Closing, now, patchBefore, type WebSocketLike } from '@closespan/core';
import type { Handshakes } from './undici-handshakes.ts';

/** The app's calls of `close()` on sockets of undici, which no channel tells. */
export interface CloseCalls {
  /** The first call that did not throw. */
  of(websocket: object): Closing | undefined;
  /** Watches the sockets of one class. */
  watch(prototype: object | undefined): void;
  unwatch(): void;
}

const CONNECTING = 0;
const OPEN = 1;

/** Makes a watcher. Undici may tell of a socket's opening only after the app has closed it, so calls are kept by socket. */
export function createCloseCalls(abort: Handshakes['abort']): CloseCalls {
  const closings = new WeakMap<object, Closing>();
  const patches = new Map<object, () => void>();

  function note(websocket: WebSocketLike, code: unknown): (() => void) | undefined {
    const { readyState, url } = websocket;
    if (readyState > OPEN || closings.has(websocket)) return undefined;
    const closing: Closing = { at: now(), by: 'local', code: code as number | undefined };
    closings.set(websocket, closing);
    const takeBack = readyState === CONNECTING ? abort(url, closing) : undefined;
    return () => {
      closings.delete(websocket);
      takeBack?.();
    };
  }

  return {
    of: (websocket) => closings.get(websocket),
    watch(prototype) {
      if (!prototype || patches.has(prototype)) return;
      patches.set(
        prototype,
        patchBefore(prototype, 'close', (self, [code]) => note(self as WebSocketLike, code)),
      );
    },
    unwatch() {
      for (const unpatch of patches.values()) unpatch();
    },
  };
}
