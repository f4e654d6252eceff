import type { SocketInfo, WebSocketLike, WebSocketOptions } from '@closespan/core';
import { type Closing, isIgnored, type Recorder } from '@closespan/core/platform';
import { PROCESS_EXIT } from '../connection/process-exit-facts.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { createWebSocketCloses } from './close-web-socket.ts';
import { beginStreamClose } from './close-web-socket-stream.ts';
import { createEarlySockets } from './early-sockets.ts';
import { createFailedHandshakes } from './failed-handshakes.ts';
import { findUndiciClasses, loadedGlobalPrototype } from './find-undici-classes.ts';
import { createGivenUpSockets } from './given-up-sockets.ts';
import { handshakeChannels } from './handshake-channels.ts';
import { createLateClasses } from './late-classes.ts';
import { settleHandshakes } from './settle-handshakes.ts';
import { GLOBAL_IS_6 } from './undici-6-internals.ts';
import { createCloseCalls } from './undici-close-calls.ts';
import { endingOf } from './undici-close-facts.ts';
import { createUndiciConnections } from './undici-connections.ts';
import { createUndiciEndings } from './undici-endings.ts';
import { requestedUrl, urlOf } from './undici-request.ts';

/** Observes the global `WebSocket` of Node, and `WebSocket` and `WebSocketStream` of the `undici` package. */
export interface UndiciObserver {
  /** Takes a socket from before observation began; says whether it is undici's. */
  observe(socket: WebSocketLike, info: SocketInfo | undefined): boolean;
  /** Records the failed handshakes whose `close` event is still waited for. */
  settle(): void;
  /** Records the connections that are open, for a process that ends. */
  closeAll(): void;
  stop(): void;
}

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
 * Observes through diagnostics channels: undici gives each listener after the first a `currentTarget` of null, so one
 * of ours would be seen by the app.
 * @param isObserved whether a socket is observed through its events all the same
 * @param started called when a connection is begun
 */
export function observeUndici(
  recorder: Recorder,
  { ignoreUrls }: WebSocketOptions,
  isObserved: (socket: object) => boolean,
  started: () => void,
): UndiciObserver {
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
      started();
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
  const stopFinding = findUndiciClasses({
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
    settle: () => settle(false),
    closeAll() {
      for (const undici of connections.open()) endings.stop(undici, PROCESS_EXIT);
    },
    stop() {
      stopListening();
      stopFinding();
      calls.unwatch();
      settle(true);
      for (const undici of connections.open()) endings.stop(undici);
      for (const undici of connections.pending()) connections.letGo(undici);
    },
  };
}
