import type { WebSocketOptions } from '@closespan/core';
import {
  type CloseFacts,
  type Connection,
  createSocketObserver,
  observeGlobal,
  patchBefore,
  type Recorder,
  type SocketObserver,
} from '@closespan/core/platform';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';
import { errorFactsOf } from './error-facts.ts';

/** Observes sockets that are passed and, where no diagnostics channel tells of them, those of the global `WebSocket`. */
export function observeOwnGlobal(recorder: Recorder, options: WebSocketOptions): SocketObserver {
  if (!HAS_OWN_GLOBAL) return createSocketObserver(recorder, () => false, withoutGaps);
  const putAccessorBack = materialize('WebSocket');
  const observer = observeGlobal(recorder, options, errorFactsOf);
  // Only Bun has it.
  const unpatch = patchBefore(globalThis.WebSocket.prototype, 'terminate', (socket) =>
    observer.noteClose(socket, undefined),
  );
  return {
    ...observer,
    stop() {
      unpatch();
      observer.stop();
      putAccessorBack();
    },
  };
}

/** Some libraries' events have no `wasClean`, as those of `faye-websocket`; what the code says stands for it. */
function withoutGaps(
  _connection: Connection,
  { code, reason, wasClean }: Partial<CloseFacts>,
): Partial<CloseFacts> {
  return { reason: reason ?? '', wasClean: wasClean ?? code !== 1006 };
}

/**
 * Makes a value of a global that the runtime makes when it is read, as Deno does, so that it can be replaced.
 * @returns what puts the accessor back, if the value is still the same
 */
function materialize(name: 'WebSocket'): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!descriptor?.get) return () => {};
  const { enumerable = false } = descriptor;
  const value = globalThis[name];
  Object.defineProperty(globalThis, name, { value, enumerable, writable: true, configurable: true });
  return () => {
    if (globalThis[name] === value) Object.defineProperty(globalThis, name, descriptor);
  };
}
