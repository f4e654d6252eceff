import type { ClientRequest } from 'node:http';
import type { SocketInfo, WebSocketOptions } from '@closespan/core';
import { isIgnored, now } from '@closespan/core/platform';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { WsConnection } from '../connection/compact-connection.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { createInterner } from '../connection/shared-values.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import type { HandshakeFacts } from '../upgrades/upgrade-facts.ts';
import { watchHandshakes } from './client-handshakes.ts';
import { createOpenSockets } from './open-sockets.ts';
import type { WsSocket } from './ws-socket.ts';

/** What each `ws` socket is held by, from its handshake to its record. */
export interface HeldConnections {
  /**
   * Holds a client's socket from its request on; called again for each redirect, which has a key of its own.
   * @param startedAt NaN when that was made before observation began
   */
  start(socket: WsSocket, request: ClientRequest, startedAt?: number): void;
  /** `null` for a socket that is recorded or ignored; one from before observation began is held from now on. */
  of(socket: WsSocket): WsConnection | null;
  /** Holds a socket from before observation began, with what was told of it. */
  holdEarly(socket: WsSocket, info: SocketInfo): void;
  /** Takes over the connection that a server is just accepting. */
  accept(socket: WsSocket): WsConnection | null;
  /** The handshake is over; `tcp` is about to become the socket's. */
  open(socket: WsSocket, tcp: WsSocket['_socket'], connection: WsConnection): void;
  /** In Bun, which says no more of it: a client's handshake was accepted. */
  noteAccepted(socket: WsSocket): void;
  /** Adds what only the end of a socket shows. */
  complete(socket: WsSocket, connection: WsConnection): void;
  /** The record is made. */
  release(socket: WsSocket, connection: WsConnection): void;
  readonly openSockets: Iterable<WsSocket>;
  stop(): void;
}

/**
 * Makes the store of held connections.
 * @param takeAccepted the connection that a server is just accepting
 * @param abandoned called for a client whose handshake failed and that may never emit `close`
 */
export function createHeldConnections(
  { ignoreUrls }: WebSocketOptions,
  takeAccepted: () => WsConnection | null | undefined,
  abandoned: (socket: WsSocket) => void,
): HeldConnections {
  const connections = createPrivateSlot<WsConnection | null>();
  const openSockets = createOpenSockets(connections.get);
  const acceptedAt = new WeakMap<WsSocket, number>();
  const intern = createInterner<HandshakeFacts>();
  const handshakes = watchHandshakes({ redirected: start, abandoned });

  function start(socket: WsSocket, request: ClientRequest, startedAt?: number): void {
    let connection = connections.get(socket);
    if (connection === undefined) {
      const isWanted = !isIgnored(socket.url ?? '', ignoreUrls);
      connection = hold(socket, isWanted ? new WsConnection(context.active(), startedAt) : null);
    }
    if (!connection) return;
    connection.handshake = handshakes.start(socket, request);
    noteKey(connection, request);
  }

  /** Clients of one server share them. */
  function peerFactsOf(tcp: WsSocket['_socket']): HandshakeFacts | undefined {
    const peer = tcpPeerOf(tcp);
    return peer && intern(`${peer.address} ${peer.port}`, () => ({ peer }));
  }

  function hold(socket: WsSocket, connection: WsConnection | null): WsConnection | null {
    connections.set(socket, connection);
    return connection;
  }

  function early(socket: WsSocket, url: string): WsConnection | null {
    if (isIgnored(url, ignoreUrls)) return null;
    const { _isServer, _req: request, _socket } = socket;
    const attempt = request ? { request, error: undefined, peer: undefined } : undefined;
    const facts = _isServer ? { url } : (attempt ?? peerFactsOf(_socket));
    const connection = new WsConnection(ROOT_CONTEXT, Number.NaN, facts);
    if (_socket) connection.openedAt = Number.NaN;
    return connection;
  }

  return {
    start,
    of(socket) {
      const held = connections.get(socket);
      if (held !== undefined) return held;
      const accepted = socket._isServer && !socket._socket ? takeAccepted() : undefined;
      return hold(socket, accepted === undefined ? early(socket, socket.url ?? '') : accepted);
    },
    holdEarly(socket, { url = socket.url ?? '', connectionId }) {
      if (connections.get(socket) !== undefined) return;
      const connection = hold(socket, early(socket, url));
      if (connection && connectionId) connection.connectionId = connectionId;
    },
    accept: (socket) => hold(socket, takeAccepted() ?? null),
    open(socket, tcp, connection) {
      // A class and its subclass may both tell of it.
      if (connection.place !== undefined) return;
      connection.openedAt = now();
      openSockets.add(socket, connection);
      if (socket._isServer) return;
      handshakes.finish(socket);
      connection.handshake = peerFactsOf(tcp);
    },
    noteAccepted(socket) {
      acceptedAt.set(socket, now());
    },
    complete(socket, connection) {
      const { handshake } = connection;
      // Bun's `ws` gives a request its headers after it made it.
      if (handshake && 'request' in handshake) noteKey(connection, handshake.request);
      const at = acceptedAt.get(socket);
      if (at !== undefined && socket._socket) connection.openedAt ??= at;
    },
    release(socket, connection) {
      hold(socket, null);
      openSockets.delete(connection);
      handshakes.finish(socket);
    },
    openSockets,
    stop: handshakes.stop,
  };
}

function noteKey(connection: WsConnection, request: ClientRequest): void {
  connection.key = request.getHeader('sec-websocket-key');
}
