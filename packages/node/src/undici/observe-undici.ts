import type { WebSocketLike } from '@closespan/core';
import { type Closing, isIgnored } from '@closespan/core/platform';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { createGivenUpSockets } from './calls/aborted-sockets.ts';
import { createCloseCalls } from './calls/close-calls.ts';
import { findUndiciClasses, loadedGlobalPrototype } from './calls/find-undici-classes.ts';
import { createLateClasses } from './calls/late-classes.ts';
import { beginStreamClose } from './calls/stream-close-call.ts';
import { createWebSocketCloses } from './calls/web-socket-close-calls.ts';
import { GLOBAL_IS_6 } from './connection/undici-6-internals.ts';
import { createUndiciConnections } from './connection/undici-connections.ts';
import { requestedUrl, urlOf } from './connection/undici-request.ts';
import { createFailedHandshakes } from './endings/failed-handshakes.ts';
import { settleHandshakes } from './endings/settle-handshakes.ts';
import { endingOf } from './endings/undici-close-facts.ts';
import { createUndiciEndings } from './endings/undici-endings.ts';
import { createEarlySockets } from './endings/unjoined-sockets.ts';
import { propagateThroughUndici } from './propagate-through-undici.ts';
import { handshakeChannels } from './undici-channels.ts';

interface OpenMessage {
  /** Not from undici 6. */
  readonly websocket?: WebSocketLike;
}

interface CloseMessage {
  readonly websocket: WebSocketLike;
  readonly code: number;
  readonly reason: string;
}

/**
 * Observes the global `WebSocket` of Node, and `WebSocket` and `WebSocketStream` of the `undici` package. Diagnostics
 * channels tell of them: undici gives each listener after the first a `currentTarget` of null, so the app would notice
 * a listener of ours.
 * @param isObserved whether a socket is observed through its events all the same
 */
export function observeUndici(
  { recorder, options, connectionBegan }: LibraryTools,
  isObserved: (socket: object) => boolean,
): LibraryObserver {
  const { ignoreUrls } = options;
  const givenUp = createGivenUpSockets((url) => connections.isPending(url));
  const calls = createCloseCalls();
  const late = createLateClasses();
  const early = createEarlySockets(recorder);
  const connections = createUndiciConnections({
    closeFrame: (undici) => endings.closeFrame(undici),
    ended: (undici) => endings.ended(undici),
  });
  const endings = createUndiciEndings(recorder, givenUp, connections.letGo, () => hasStreams);
  const failures = createFailedHandshakes(endings, givenUp);
  const closes = createWebSocketCloses(givenUp, (websocket, closing) => {
    const undici = connections.ofWebSocket(websocket);
    if (undici) {
      endings.begin(undici, closing);
      return;
    }
    const opening = connections.establishing(requestedUrl(websocket.url));
    if (opening) opening.likelyClosing ??= closing;
  });

  const channels: Record<string, (message: never) => void> = {
    ...handshakeChannels(connections, failures, calls, (request) => {
      if (isIgnored(urlOf(request), ignoreUrls)) return;
      failures.retry(connections.create(request));
      connectionBegan();
      watchWebSocket(loadedGlobalPrototype());
    }),
    'undici:websocket:open': ({ websocket }: OpenMessage) => {
      const undici = connections.opened(websocket);
      if (!websocket) return;
      watchWebSocket(Object.getPrototypeOf(websocket));
      const closing = closes.of(websocket);
      if (!undici) early.opened(websocket);
      else if (closing) endings.begin(undici, closing);
    },
    'undici:websocket:close': ({ websocket, code, reason }: CloseMessage) => {
      const closing = closes.of(websocket);
      const undici = connections.ofWebSocket(websocket) ?? claimFailed(websocket, code, closing);
      const unjoined = closing && givenUp.of(closing);
      const ending = endingOf({ code, reason });
      if (isObserved(websocket)) {
        if (undici) connections.letGo(undici);
      } else if (undici) {
        undici.websocket = websocket;
        undici.connection.closing ??= closing;
        endings.record(undici, ending);
      } else if (unjoined) {
        unjoined.websocket = websocket;
      } else if (!isIgnored(websocket.url, ignoreUrls)) {
        // A call may be joined with a request that is still to come.
        early.closed(
          websocket,
          ending,
          closing,
          () => !closing && late.includes(websocket) && !isAnyFailing(),
        );
      }
    },
  };
  let hasPackage = false;
  let hasStreams = false;
  const seeModule = findUndiciClasses({
    webSocket(prototype, isLate) {
      hasPackage = true;
      late.add(prototype, isLate);
      watchWebSocket(prototype);
    },
    webSocketStream(prototype) {
      hasStreams = true;
      calls.watch(prototype, (stream, info) =>
        beginStreamClose(stream, info, givenUp, connections.streams(), endings.begin),
      );
    },
  });
  const stopListening = listenToChannels(channels);
  const stopPropagating = propagateThroughUndici(options);

  function watchWebSocket(prototype: object | undefined): void {
    calls.watch(prototype, closes.begin);
  }

  function claimFailed({ url }: WebSocketLike, code: number, closing: Closing | undefined) {
    return code === 1006 ? failures.claim(requestedUrl(url), closing) : undefined;
  }

  /** Whether the `close` of a handshake is waited for, which may be told under another URL than its request's. */
  function isAnyFailing(): boolean {
    for (const undici of connections.pending()) {
      if (undici.failedAt !== undefined || failures.isOfThisTurn(undici)) return true;
    }
    return false;
  }

  /** @param isLast whether nothing is told any more */
  function settle(isLast: boolean): void {
    const firesClose = hasStreams || !(hasPackage || GLOBAL_IS_6);
    settleHandshakes(connections, failures, givenUp, endings, firesClose, isLast);
  }

  return {
    observe(socket, info) {
      if (connections.ofWebSocket(socket)) return true;
      watchWebSocket(loadedGlobalPrototype());
      if (!calls.watches(socket)) return false;
      early.observe(socket, info);
      return true;
    },
    seeModule,
    settle: () => settle(false),
    recordOpen() {
      for (const undici of connections.open()) endings.stop(undici, PROCESS_EXIT_FACTS);
    },
    stop() {
      stopListening();
      stopPropagating();
      calls.unwatch();
      settle(true);
      for (const undici of connections.open()) endings.stop(undici);
      for (const undici of connections.pending()) connections.letGo(undici);
    },
  };
}
