import { type MessageWatch, watchMessages } from '@closespan/core/messages';
import { type CloseFacts, createSocketObserver, observeGlobal } from '@closespan/core/platform';
import { walkOver } from '../connection/open-walk.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';
import { errorFactsOf } from './error-facts.ts';

/**
 * Observes sockets through their events: sockets of any library that the app passes to `observe()`, and the global
 * `WebSocket` of Bun and Deno.
 */
export interface OtherSocketsObserver extends LibraryObserver {
  /** Says whether the app has passed a socket to `observe()`, so that this observer records the socket. */
  has(socket: object): boolean;
}

/**
 * Starts to observe sockets through their events. In Bun and Deno the global `WebSocket` is replaced, because no
 * diagnostics channel reports its connections.
 */
export function observeOtherSockets({ recorder, options, claims }: LibraryTools): OtherSocketsObserver {
  const handedOver = new WeakSet<object>();
  let messages: MessageWatch | undefined;
  const observer = HAS_OWN_GLOBAL
    ? observeGlobal(recorder, options, errorFactsOf)
    : createSocketObserver(
        recorder,
        () => false,
        () => false,
        (connection, event) => {
          const facts = fillGaps(event);
          return messages ? messages.addFacts(connection, facts) : facts;
        },
      );
  // Of the global class the observer counts itself.
  if (options.messages && !HAS_OWN_GLOBAL) messages = watchMessages(observer.observed, undefined);
  return {
    observe(socket, info) {
      handedOver.add(socket);
      claims.handOver(socket);
      observer.observe(socket, info);
      messages?.watch(socket);
      return true;
    },
    connectionOf: observer.connectionOf,
    has: (socket) => handedOver.has(socket),
    open: walkOver(
      () => observer.observed,
      ([, { connection }]) => (connection.openedAt === undefined ? undefined : connection),
      ([socket, { info }]) => ({ kind: info?.kind ?? 'client', url: info?.url ?? socket.url }),
    ),
    recordOpen() {
      for (const socket of observer.observed.keys()) observer.recordEnd(socket, PROCESS_EXIT_FACTS);
    },
    stop() {
      observer.stop();
      messages?.stop();
    },
  };
}

/**
 * Adds facts that the events of some libraries lack, such as those of `faye-websocket`. A missing reason becomes an
 * empty text. A missing `wasClean` becomes true, unless the code is 1006.
 */
function fillGaps({ code, reason, wasClean }: Partial<CloseFacts>): Partial<CloseFacts> {
  return { reason: reason ?? '', wasClean: wasClean ?? code !== 1006 };
}
