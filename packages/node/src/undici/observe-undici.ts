import type { WebSocketLike } from '@closespan/core';
import { type Connection, isIgnored, type Recorder, stopAll } from '@closespan/core/platform';
import type { ConnectingSocket } from '../connection/handshake-phase.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import { refusalAttributes } from '../connection/response-headers.ts';
import { socketPathOf, stopWatchingSocketPaths, watchSocketPaths } from '../connection/socket-path.ts';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { memberOf } from '../runtime/member-of.ts';
import { createAbortedSockets } from './calls/aborted-sockets.ts';
import { createCloseCalls } from './calls/close-calls.ts';
import { countUndiciMessages } from './calls/count-undici-messages.ts';
import { findUndiciClasses, loadedGlobalPrototype } from './calls/find-undici-classes.ts';
import { noteStreamCloseCall } from './calls/stream-close-call.ts';
import { followUndiciPings } from './calls/undici-pings.ts';
import { createWebSocketCloseCalls } from './calls/web-socket-close-calls.ts';
import type { UndiciConnection } from './connection/undici-connection.ts';
import { createUndiciConnections } from './connection/undici-connections.ts';
import { requestedUrl, urlOf } from './connection/undici-request.ts';
import { recordCloseEvents } from './endings/close-events.ts';
import { createFailedHandshakes } from './endings/failed-handshakes.ts';
import type { EndFacts } from './endings/undici-close-facts.ts';
import { createUndiciEndings, type UndiciEndings } from './endings/undici-endings.ts';
import { createUnjoinedSockets } from './endings/unjoined-sockets.ts';
import { createNotedSockets } from './noted-sockets.ts';
import { propagateThroughUndici } from './propagate-through-undici.ts';
import { undiciChannels } from './undici-channels.ts';

/**
 * Observes the global `WebSocket` of Node, and `WebSocket` and `WebSocketStream` of the package `undici`. Diagnostics
 * channels report their connections. closespan adds no listener to a socket, because the app would notice. undici gives
 * each listener after the first a `currentTarget` of null.
 * @param isObserved says whether a socket is observed through its own events; such a socket is recorded elsewhere
 */
export function observeUndici(
  { recorder, options, sweep, claims, pingDurations, handshakeTimes, connectionBegan }: LibraryTools,
  isObserved: (socket: object) => boolean,
): LibraryObserver {
  const calls = createCloseCalls();
  const messages = options.messages
    ? countUndiciMessages((socket) => openedOf(socket)?.facts.wire)
    : undefined;
  const noted = createNotedSockets();
  /** Streams that the app has closed. Before the call, a stream does not reveal its connection. */
  const streams = new WeakMap<object, object>();
  const connections = createUndiciConnections(sweep, claims, {
    opened: ({ tracked, facts }) => recorder.opened(tracked, facts.url),
    closeFrame: (connection) => endings.noteCloseFrame(connection),
    ended: (connection) => endings.noteTransportEnd(connection),
  });
  const aborted = createAbortedSockets(connections.isPending);
  const closeCalls = createWebSocketCloseCalls(aborted, {
    began(websocket) {
      const connection = connections.ofWebSocket(websocket);
      if (connection) connections.open.noteClosing(connection);
    },
    closed(websocket, closing) {
      const connection = connections.ofWebSocket(websocket);
      if (connection) endings.noteCloseCall(connection, closing);
      else connections.noteLikelyCall(requestedUrl(memberOf(websocket, 'url')), closing);
    },
    threw(websocket) {
      const connection = connections.ofWebSocket(websocket);
      if (connection) connections.open.noteStillOpen(connection);
    },
  });
  const pings = followUndiciPings(
    (websocket) => connections.ofWebSocket(websocket)?.tracked.openedAt ?? Number.NaN,
    (websocket, roundTrip) => {
      const connection = connections.ofWebSocket(websocket);
      if (!connection) return;
      const { url, wire } = connection.facts;
      const facts = { kind: 'client', url, socketPath: socketPathOf(wire) } as const;
      pingDurations.measure(connection.tracked, facts, roundTrip);
    },
  );
  const classes = findUndiciClasses({
    exports: pings.watch,
    webSocket: watchWebSocket,
    webSocketStream(prototype) {
      calls.watch(prototype, (stream, [info]) =>
        noteStreamCloseCall(stream, info, aborted, connections.streams(), (connection, closing) => {
          streams.set(connection.tracked, stream);
          endings.noteCloseCall(connection, closing);
        }),
      );
    },
  });
  const honest: Recorder = {
    ...recorder,
    record(connection, facts, socket = streams.get(connection)) {
      if (socket) noted.join(socket, connection);
      const { initiator = 'unknown' } = facts;
      const isSure = connection.closing || calls.areSeen();
      recorder.record(connection, isSure ? facts : { ...facts, initiator }, socket);
    },
  };
  const endings: UndiciEndings = createUndiciEndings(
    honest,
    aborted,
    pings,
    connections.release,
    classes.hasStreams,
  );
  const failures = createFailedHandshakes(connections, aborted, endings, classes.firesClose);
  const unjoined = createUnjoinedSockets(honest);

  const channels = undiciChannels(connections, failures, calls, {
    noteRequest(request) {
      if (isIgnored(urlOf(request), options.ignoreUrls)) return;
      watchSocketPaths();
      const connection = connections.noteRequest(request);
      failures.noteRetry(connection);
      // The socket is known from the moment at which the request leaves.
      handshakeTimes.begin(connection.tracked, () => connection.facts.wire as ConnectingSocket | undefined);
      connectionBegan();
      watchWebSocket(loadedGlobalPrototype());
    },
    noteHeaders(connection, headers) {
      connection.noteRefusal(refusalAttributes(headers, connection.facts.url, options));
    },
    noteHandshakeEnd: ({ tracked }) => handshakeTimes.noteEnd(tracked),
    noteOpen(websocket) {
      const connection = connections.noteWebSocket(websocket);
      if (!websocket) return;
      watchWebSocket(Object.getPrototypeOf(websocket));
      const call = closeCalls.of(websocket);
      if (!connection) unjoined.noteOpen(websocket);
      else if (call) endings.noteCloseCall(connection, call);
    },
    notePong({ websocket, payload }) {
      if (websocket) pings.notePong(websocket, payload);
    },
    noteCloseEvent: recordCloseEvents(
      { connections, closeCalls, classes, aborted, failures, endings, unjoined },
      options,
      isObserved,
    ),
  });
  const stops = [
    stopWatchingSocketPaths,
    ...[listenToChannels(channels), propagateThroughUndici(options), calls.stop, pings.stop],
    messages?.stop,
  ];

  function watchWebSocket(prototype: object | undefined): void {
    calls.watch(prototype, closeCalls.noteCall);
    messages?.watch(prototype);
  }

  /** Returns the connection of a socket that has opened, or whose record is made; else `undefined`. */
  function identified(socket: WebSocketLike): Readonly<Connection> | undefined {
    return noted.recordedOf(socket) ?? unjoined.connectionOf(socket) ?? openedOf(socket)?.tracked;
  }

  function openedOf(socket: object): UndiciConnection | undefined {
    return connections.ofWebSocket(socket) ?? connections.ofOpening(socket as WebSocketLike);
  }

  function recordOpen(exitFacts?: EndFacts): void {
    for (const connection of connections.open) {
      endings.recordLast(connection, connections.likelyCallOf(connection), exitFacts);
    }
  }

  return {
    observe(socket, info) {
      if (connections.ofWebSocket(socket)) return true;
      watchWebSocket(loadedGlobalPrototype());
      if (!calls.isWatched(socket)) return false;
      unjoined.observe(socket, info);
      return true;
    },
    connectionOf(socket, needsId) {
      watchWebSocket(loadedGlobalPrototype());
      if (isObserved(socket) || !calls.isWatched(socket)) return undefined;
      return needsId ? identified(socket as WebSocketLike) : noted.noteTargetOf(socket);
    },
    seeModule: classes.seeModule,
    open: connections.open,
    settle: () => failures.recordAll(false),
    recordOpen: () => recordOpen(PROCESS_EXIT_FACTS),
    stop() {
      stopAll(stops);
      failures.recordAll(true);
      recordOpen();
      for (const connection of connections.pending()) connections.release(connection);
    },
  };
}
