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
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';
import { errorFactsOf } from './error-facts.ts';

/** Observes sockets through their events: those of any library that the app hands over, and the global of Bun and Deno. */
export interface OtherSocketsObserver extends LibraryObserver {
  /** Says whether a socket was handed over and is, or was, observed through its events. */
  has(socket: object): boolean;
}

/** Starts to observe. In Bun and Deno, where no diagnostics channel tells of it, the global `WebSocket` is replaced. */
export function observeOtherSockets({ recorder, options }: LibraryTools): OtherSocketsObserver {
  const handedOver = new WeakSet<object>();
  const observer = HAS_OWN_GLOBAL
    ? observeOwnGlobal(recorder, options)
    : createSocketObserver(recorder, () => false, fillGaps);
  return {
    observe(socket, info) {
      handedOver.add(socket);
      observer.observe(socket, info);
      return true;
    },
    has: (socket) => handedOver.has(socket),
    recordOpen() {
      for (const socket of observer.observed.keys()) observer.recordEnd(socket, PROCESS_EXIT_FACTS);
    },
    stop: observer.stop,
  };
}

/** Observes the global `WebSocket` of Bun and Deno, which is not undici's. */
function observeOwnGlobal(recorder: Recorder, options: WebSocketOptions): SocketObserver {
  const observer = observeGlobal(recorder, options, errorFactsOf);
  // Only the sockets of Bun have `terminate`.
  const stopTerminate = patchBefore(globalThis.WebSocket.prototype, 'terminate', (socket) =>
    observer.noteClose(socket, undefined),
  );
  return {
    ...observer,
    stop() {
      stopTerminate();
      observer.stop();
    },
  };
}

/** Fills in facts that the events of some libraries lack, as those of `faye-websocket`: a code other than 1006 is clean. */
function fillGaps(
  _connection: Connection,
  { code, reason, wasClean }: Partial<CloseFacts>,
): Partial<CloseFacts> {
  return { reason: reason ?? '', wasClean: wasClean ?? code !== 1006 };
}
