import type { ClientRequest } from 'node:http';
import { type CloseFacts, isIgnored, now, patchBefore, type Recorder, startClosing } from '@closespan/core';
import { context } from '@opentelemetry/api';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { propagateThroughWs } from '../propagation/propagate-through-ws.ts';
import { createOpenSockets } from './open-sockets.ts';
import { createPrivateSlot } from './private-slot.ts';
import { followsRedirects, watchRequest } from './watch-request.ts';
import { WsConnection } from './ws-connection.ts';
import { closeFactsOf, exitFactsOf, type WsSocket } from './ws-socket.ts';

/** Observes the sockets of one `ws` class. */
export interface WsObserver {
  /** Patches a class's prototype in place. */
  patch(prototype: object): void;
  /** Whether a socket is of a class that is observed. */
  has(socket: object): boolean;
  /** Records the sockets that are open, for a process that ends. */
  closeAll(): void;
  unpatch(): void;
}

const CONNECTING = 0;
const OPEN = 1;

/**
 * Makes an observer that patches what `ws` itself calls at each step of a connection, and no message path.
 * @param takeAccepted the connection that a server is just accepting
 * @param opened called when a socket opens
 */
export function createWsObserver(
  recorder: Recorder,
  options: NodeWebSocketOptions,
  takeAccepted: () => WsConnection | null | undefined,
  opened: () => void,
): WsObserver {
  const { ignoreUrls } = options;
  /** A socket that is recorded or ignored holds `null`. */
  const connections = createPrivateSlot<WsConnection | null>();
  const openSockets = createOpenSockets(connections.get);
  const prototypes: object[] = [];
  const propagate = propagateThroughWs(options);
  const undo: (() => void)[] = [];

  /** Called for each request of a handshake: a redirect makes one more, with a key of its own. */
  function start(socket: WsSocket, request: ClientRequest): void {
    let connection = connections.get(socket);
    if (connection === undefined) {
      connection = isIgnored(socket.url ?? '', ignoreUrls) ? null : new WsConnection(context.active());
      connections.set(socket, connection);
    }
    if (!connection) return;
    connection.handshake = request;
    connection.key = request.getHeader('sec-websocket-key');
  }

  /** The connection of a socket; one that was made before observation began is held from now on. */
  function heldOf(socket: WsSocket): WsConnection | null {
    const held = connections.get(socket);
    if (held !== undefined) return held;
    const accepted = socket._isServer && !socket._socket ? takeAccepted() : undefined;
    const connection = accepted === undefined ? early(socket) : accepted;
    connections.set(socket, connection);
    return connection;
  }

  function early(socket: WsSocket): WsConnection | null {
    if (isIgnored(socket.url ?? '', ignoreUrls)) return null;
    const connection = new WsConnection(context.active(), Number.NaN);
    if (socket._socket) connection.openedAt = Number.NaN;
    return connection;
  }

  function open(socket: WsSocket): undefined {
    const connection = heldOf(socket);
    if (!connection) return;
    connection.openedAt = now();
    openSockets.add(socket, connection);
    opened();
    if (!socket._isServer) connection.handshake = undefined;
    // The request of a redirect was not seen.
    if (socket._redirects > 0 && !followsRedirects(socket)) connection.forgetKey();
  }

  function closing(socket: WsSocket, code: unknown) {
    if (socket.readyState !== OPEN && socket.readyState !== CONNECTING) return undefined;
    const connection = heldOf(socket);
    if (!connection) return undefined;
    // `ws` calls `close` itself to answer a Close frame, and to report a protocol error.
    if (socket._closeFrameReceived) return startClosing(connection, 'remote');
    return startClosing(connection, 'local', code as number | undefined);
  }

  function close(socket: WsSocket): undefined {
    const connection = heldOf(socket);
    if (connection) finish(socket, connection, closeFactsOf(socket, connection));
  }

  function finish(socket: WsSocket, connection: WsConnection, facts: CloseFacts): undefined {
    connections.set(socket, null);
    openSockets.delete(connection);
    recorder.record(connection, facts);
  }

  return {
    closeAll() {
      for (const socket of openSockets) {
        const connection = connections.get(socket);
        if (connection) finish(socket, connection, exitFactsOf(socket, connection));
      }
    },
    has: (socket) => prototypes.some((prototype) => Object.prototype.isPrototypeOf.call(prototype, socket)),
    patch(prototype) {
      prototypes.push(prototype);
      const before = (name: string, run: (socket: WsSocket, code: unknown) => (() => void) | undefined) => {
        undo.push(patchBefore(prototype, name, (socket, [code]) => run(socket as WsSocket, code)));
      };
      const requests = watchRequest(prototype, (socket, request) => {
        start(socket, request);
        propagate(socket.url ?? '', request);
      });
      undo.push(requests.unwatch);
      before('setSocket', open);
      before('emitClose', (socket) => {
        requests.release(socket);
        return close(socket);
      });
      before('close', closing);
      before('terminate', (socket) => closing(socket, undefined));
    },
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}
