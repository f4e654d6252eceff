import type { SocketInfo } from '@closespan/core';
import {
  CLOSED,
  type CloseFacts,
  guard,
  noteCloseStart,
  OPEN,
  patchBefore,
  stopAll,
} from '@closespan/core/platform';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { countsOf, withMessages } from '../connection/message-slot.ts';
import type { OpenWalk } from '../connection/open-walk.ts';
import { withAttributes } from '../connection/with-attributes.ts';
import type { LibraryTools } from '../library-observer.ts';
import { propagateThroughHttp } from '../propagation/propagate-through-http.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import { countReceived, countWsMessages } from './count-ws-messages.ts';
import { createLocalEnds } from './local-ends.ts';
import { refusalOf } from './refusal-of.ts';
import { makeReqProperty, watchReqProperty } from './watch-req-property.ts';
import { socketPrototypeOf } from './ws-classes.ts';
import { createWsCloseCalls } from './ws-close-calls.ts';
import { wsCloseFacts, wsExitFacts } from './ws-close-facts.ts';
import { createWsConnections, openFactsOf } from './ws-connections.ts';
import { urlOf, type WsSocket } from './ws-socket.ts';

/** Observes the sockets of `ws`, both of clients and of servers. */
export interface WsSocketsObserver {
  /**
   * Patches the prototype of a socket class in place, once.
   * @returns false for a class that is frozen: its sockets are not observed
   */
  observeClass(prototype: object): boolean;
  /**
   * Observes a socket of a class that was not found, and every socket that the class makes later.
   * @returns false for a socket that is not of `ws`, or whose class is frozen
   */
  observe(socket: object, info?: SocketInfo): boolean;
  /** Returns the connection of a socket whose class is observed, also after its record is made. */
  connectionOf(socket: object, needsId: boolean): CompactConnection | undefined;
  /** Observes a socket that a server is accepting now, and whose class closespan has not found. */
  observeAccepted(socket: object): void;
  /** Sockets that have opened and have not ended. */
  readonly open: OpenWalk;
  recordOpen(): void;
  stop(): void;
}

/**
 * Makes an observer of `ws` sockets. The observer patches the methods that `ws` itself calls at each step of a
 * connection. No method through which messages pass is patched.
 * @param takeAccepted returns the connection that a server is accepting now
 */
export function observeWsSockets(
  tools: LibraryTools,
  takeAccepted: () => CompactConnection | null | undefined,
): WsSocketsObserver {
  const { recorder, options, sweep, libraryEnds, handshakeTimes } = tools;
  const { clientMade, foundLibrary, connectionBegan } = tools;
  /** The classes that were found, and whether each could be patched. */
  const prototypes = new Map<object, boolean>();
  /** Classes whose calls of `close()` or `terminate()` cannot be seen. */
  const blindClasses = new Set<object>();
  const stops: ((() => void) | undefined)[] = [];
  const propagate = propagateThroughHttp(options);
  const connections = createWsConnections(
    options,
    sweep,
    tools.claims,
    takeAccepted,
    (socket) => recordEnd(socket, true),
    (socket) => ends.isPingOverdue(socket),
  );
  const ends = createLocalEnds(libraryEnds, connections.known, measurePing);
  const closeCalls = createWsCloseCalls(connections, ends);

  function noteOpen(
    socket: WsSocket,
    tcp: WsSocket['_socket'],
    head: unknown,
    connection = connections.of(socket),
  ): undefined {
    if (!connection) return;
    const isNew = connection.openedAt === undefined;
    connections.noteOpen(socket, tcp, head instanceof Uint8Array ? head.length : 0, connection);
    connectionBegan();
    if (isNew && !socket._isServer) recorder.opened(connection, urlOf(socket) ?? '');
  }

  /** Notes that the handshake of a client of Bun's own `ws` is over. */
  function noteHandshakeEnd(socket: WsSocket): void {
    connections.noteHandshakeEnd(socket);
    // The handshake may also have failed: only an open client has a TCP socket by then.
    void Promise.resolve(socket).then((ended) => guard('ws', () => noteOpenInBun(ended), undefined));
  }

  /** Notes that a client of Bun's own `ws` has opened, if it has and nobody has noted so yet. */
  function noteOpenInBun(socket: WsSocket): void {
    const connection = connections.noteOpenInBun(socket);
    if (connection) recorder.opened(connection, urlOf(socket) ?? '');
  }

  function recordEnd(socket: WsSocket, synthetic: boolean): undefined {
    makeReqProperty(socket);
    if (IS_BUN) noteOpenInBun(socket);
    const connection = connections.of(socket);
    if (!connection) return;
    connections.addFinalFacts(connection);
    const end = ends.of(socket, connection, synthetic);
    const facts = withAttributes(
      wsCloseFacts(socket, connection, end),
      refusalOf(socket, connection, options),
    );
    record(socket, connection, isBlindTo(socket) ? { ...facts, initiator: 'unknown' } : facts);
  }

  /** Records a socket whose peer a library on top of `ws` has given up. `ws` may wait 30 s for a Close frame. */
  function recordTimeout(object: object): void {
    const connection = connections.known(object);
    if (connection?.openedAt === undefined) return;
    const socket = object as WsSocket;
    if (socket._closeFrameReceived) return;
    noteCloseStart(connection, 'local');
    record(socket, connection, wsCloseFacts(socket, connection, ends.ofTimeout(socket)));
  }

  function measurePing(socket: WsSocket, roundTrip: number): void {
    const connection = connections.known(socket);
    if (connection) tools.pingDurations.measure(connection, openFactsOf(socket, connection), roundTrip);
  }

  function notePing(socket: WsSocket, data: unknown): undefined {
    const connection = connections.of(socket);
    if (connection) ends.notePing(socket, data, connection);
  }

  function record(socket: WsSocket, connection: CompactConnection, facts: CloseFacts): void {
    const traffic = connections.openSockets.attributesAtEnd(connection);
    connections.forget(socket, connection);
    recorder.record(connection, withMessages(socket, withAttributes(facts, traffic)), socket);
  }

  function isBlindTo(socket: WsSocket): boolean {
    for (const prototype of blindClasses) {
      if (Object.prototype.isPrototypeOf.call(prototype, socket)) return true;
    }
    return false;
  }

  function observeClass(prototype: object): boolean {
    const known = prototypes.get(prototype);
    if (known !== undefined) return known;
    foundLibrary();
    const before = (
      name: string,
      note: (socket: WsSocket, first: unknown, second: unknown) => (() => void) | undefined,
    ) => patchBefore(prototype, name, (socket, [first, second]) => note(socket as WsSocket, first, second));
    const beginAndEnd = [
      before('setSocket', (socket, tcp, head) => noteOpen(socket, tcp as WsSocket['_socket'], head)),
      before('emitClose', (socket) => recordEnd(socket, false)),
    ];
    const isSeen = beginAndEnd.every(Boolean);
    prototypes.set(prototype, isSeen);
    // Half of a connection's life would be told as something else, such as a failed handshake.
    if (!isSeen) {
      stopAll(beginAndEnd);
      return false;
    }
    const calls = [before('close', closeCalls.noteClose), before('terminate', closeCalls.noteTerminate)];
    if (!calls.every(Boolean)) blindClasses.add(prototype);
    calls.push(before('ping', notePing));
    stops.push(
      ...beginAndEnd,
      ...calls,
      watchReqProperty(
        prototype,
        (socket, request) => {
          connections.noteRequest(socket, request);
          const connection = connections.known(socket);
          if (connection) handshakeTimes.begin(connection, () => request.socket);
          propagate(urlOf(socket) ?? '', request);
          clientMade(socket, urlOf(socket) ?? '');
        },
        noteHandshakeEnd,
      ),
      ...(options.messages ? countWsMessages(prototype, (socket) => Boolean(connections.of(socket))) : []),
    );
    return true;
  }

  /** Patches the class of a socket; `undefined` for a socket that is not of `ws`, or whose class is frozen. */
  function observeClassOf(socket: object): WsSocket | undefined {
    const prototype = socketPrototypeOf(socket);
    return prototype && observeClass(prototype) ? (socket as WsSocket) : undefined;
  }

  libraryEnds.onTimeout(recordTimeout);
  return {
    observeClass,
    observe(object, info = {}) {
      const socket = observeClassOf(object);
      if (!socket) return false;
      const { _req: request, readyState } = socket;
      if (readyState === CLOSED) return true;
      // A request without a TCP socket was made in this very turn, so its start is known.
      if (request) connections.noteRequest(socket, request, request.socket ? Number.NaN : undefined);
      else connections.noteEarly(socket, info);
      connectionBegan();
      if (options.messages && readyState === OPEN && !countsOf(socket)) countReceived(socket);
      return true;
    },
    connectionOf(object, needsId) {
      const prototype = socketPrototypeOf(object);
      const isObserved = prototype && prototypes.get(prototype);
      return isObserved ? connections.lookUp(object as WsSocket, needsId) : undefined;
    },
    observeAccepted(object) {
      const socket = observeClassOf(object);
      if (!socket) return;
      noteOpen(socket, socket._socket, undefined, connections.noteServerSocket(socket));
      if (options.messages) countReceived(socket);
    },
    open: connections.openSockets,
    recordOpen() {
      for (const socket of connections.openSockets) {
        const connection = connections.of(socket);
        if (connection)
          record(socket, connection, wsExitFacts(socket, connection, ends.attributesOf(socket)));
      }
    },
    stop() {
      // A method that has two patches is restored only if the last patch is the first to go.
      stopAll([connections.stop, ends.stop, ...stops.splice(0).reverse()]);
    },
  };
}
