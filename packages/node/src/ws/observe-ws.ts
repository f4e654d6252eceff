import type { SocketInfo } from '@closespan/core';
import { type CloseFacts, noteCloseStart, patchBefore, type Recorder } from '@closespan/core/platform';
import type { WsConnection } from '../connection/compact-connection.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { propagateThroughWs } from '../propagation/propagate-through-http.ts';
import { releaseRequest, watchRequest } from './watch-req-property.ts';
import { socketPrototypeOf } from './ws-classes.ts';
import { createHeldConnections } from './ws-connections.ts';
import { closeFactsOf, exitFactsOf, isStuck, type WsSocket } from './ws-socket.ts';

/** Observes the sockets of `ws` classes. */
export interface WsObserver {
  /** Patches a class's prototype in place, once. */
  patch(prototype: object): void;
  /**
   * Observes a socket of a class that could not be found, and with it all that the class makes later.
   * @returns false for a socket that is not of `ws`
   */
  adopt(socket: object, info?: SocketInfo): boolean;
  /** The same for a socket that a server has just accepted. */
  adoptAccepted(socket: object): void;
  /** Records the sockets that are open, for a process that ends. */
  closeAll(): void;
  unpatch(): void;
}

/** What is called. */
interface WsEvents {
  /** Gives the connection that a server is just accepting. */
  takeAccepted(): WsConnection | null | undefined;
  /** A class is found. */
  found(): void;
  /** A socket opens. */
  opened(): void;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/**
 * Makes an observer that patches what `ws` itself calls at each step of a connection, and no message path.
 */
export function createWsObserver(
  recorder: Recorder,
  options: NodeWebSocketOptions,
  { takeAccepted, found, opened }: WsEvents,
): WsObserver {
  const prototypes = new Set<object>();
  const propagate = propagateThroughWs(options);
  const undo: (() => void)[] = [];
  const terminated = new WeakSet<WsSocket>();
  const held = createHeldConnections(options, takeAccepted, (socket) => end(socket, true));

  function open(socket: WsSocket, tcp: WsSocket['_socket'], connection = held.of(socket)): undefined {
    if (!connection) return;
    held.open(socket, tcp, connection);
    opened();
  }

  function closing(socket: WsSocket, code: unknown) {
    if (socket.readyState !== OPEN && socket.readyState !== CONNECTING) return undefined;
    const connection = held.of(socket);
    if (!connection) return undefined;
    // `ws` calls `close` itself to answer a Close frame, and to report a protocol error.
    if (socket._closeFrameReceived) return noteCloseStart(connection, 'remote');
    const connecting = socket.readyState === CONNECTING;
    const takeBack = noteCloseStart(connection, 'local', code as number | undefined);
    // There `ws` 7 throws what nobody listens to, and has given up all the same.
    return connecting ? undefined : takeBack;
  }

  function terminate(socket: WsSocket) {
    const connection = held.of(socket);
    if (connection?.closing) terminated.add(socket);
    else if (connection && isStuck(socket)) return noteCloseStart(connection, 'local');
    return closing(socket, undefined);
  }

  function end(socket: WsSocket, synthetic: boolean): undefined {
    releaseRequest(socket);
    const connection = held.of(socket);
    if (!connection) return;
    held.complete(socket, connection);
    finish(socket, connection, closeFactsOf(socket, connection, synthetic, terminated.has(socket)));
  }

  function finish(socket: WsSocket, connection: WsConnection, facts: CloseFacts): void {
    held.release(socket, connection);
    recorder.record(connection, facts);
  }

  function patch(prototype: object): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    found();
    const before = (name: string, run: (socket: WsSocket, first: unknown) => (() => void) | undefined) => {
      undo.push(patchBefore(prototype, name, (socket, [first]) => run(socket as WsSocket, first)));
    };
    undo.push(
      watchRequest(
        prototype,
        (socket, request) => {
          held.start(socket, request);
          propagate(socket.url ?? '', request);
        },
        held.noteAccepted,
      ),
    );
    before('setSocket', (socket, tcp) => open(socket, tcp as WsSocket['_socket']));
    before('emitClose', (socket) => end(socket, false));
    before('close', closing);
    before('terminate', terminate);
  }

  /** Patches the class of a socket; `undefined` when it is none of `ws`. */
  function patchClassOf(socket: object): WsSocket | undefined {
    const prototype = socketPrototypeOf(socket);
    if (!prototype) return undefined;
    patch(prototype);
    return socket as WsSocket;
  }

  return {
    patch,
    adopt(object, info = {}) {
      const socket = patchClassOf(object);
      if (!socket) return false;
      const { _req: request, readyState } = socket;
      if (readyState === CLOSED) return true;
      // A request without a TCP socket was made in this very turn.
      if (request) held.start(socket, request, request.socket ? Number.NaN : undefined);
      else held.holdEarly(socket, info);
      return true;
    },
    adoptAccepted(object) {
      const socket = patchClassOf(object);
      if (socket) open(socket, socket._socket, held.accept(socket));
    },
    closeAll() {
      for (const socket of held.openSockets) {
        const connection = held.of(socket);
        if (connection) finish(socket, connection, exitFactsOf(socket, connection));
      }
    },
    unpatch() {
      held.stop();
      for (const restore of undo.splice(0)) restore();
    },
  };
}
