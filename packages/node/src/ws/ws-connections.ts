import type { ClientRequest } from 'node:http';
import type { SocketInfo, WebSocketOptions } from '@closespan/core';
import { isIgnored, markSuppressed, now, ownFacts } from '@closespan/core/platform';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { CompactConnection } from '../connection/compact-connection.ts';
import { attemptOf, type HandshakeFacts } from '../connection/handshake.ts';
import type { ReadOpenFacts } from '../connection/open-walk.ts';
import { createPeerFactsReader } from '../connection/peer-facts.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import type { StreamClaims } from '../connection/stream-claims.ts';
import { watchUnsentBytes } from '../connection/unsent-bytes.ts';
import type { CountedStream } from '../traffic/counted-stream.ts';
import { createOpenConnections, type OpenConnections } from '../traffic/open-connections.ts';
import type { Sweep } from '../traffic/sweep.ts';
import { createClientHandshakes } from './client-handshakes.ts';
import { isRedirectable, urlOf, type WsSocket } from './ws-socket.ts';

/** Stores the connection of each `ws` socket, from the handshake until the record is made. */
export interface WsConnections {
  /**
   * Notes the request of a client's handshake. Each redirect makes one more request, which has a key of its own.
   * @param startedAt monotonic milliseconds, by default now; NaN for a request from before observation began
   */
  noteRequest(socket: WsSocket, request: ClientRequest, startedAt?: number): void;
  /**
   * Returns the connection of a socket; `null` if the socket is recorded or ignored. A socket from before observation
   * began gets a connection in this call.
   */
  of(socket: WsSocket): CompactConnection | null;
  /** Returns the connection of a socket that is known; `null` if the socket is recorded or ignored. */
  known(socket: object): CompactConnection | null | undefined;
  /**
   * Returns the connection of a socket, also after its record is made.
   * @param needsId whether the caller reads the id of the connection
   * @returns `undefined` if the socket is ignored, or if its id is needed and a redirect may still change the id
   */
  lookUp(socket: WsSocket, needsId: boolean): CompactConnection | undefined;
  /** Notes a socket from before observation began, with facts that the app passed to `observe()`. */
  noteEarly(socket: WsSocket, info: SocketInfo): void;
  /**
   * Assigns to a socket the connection that a server is accepting now.
   * @returns `null` if there is no such connection, or if its URL is ignored
   */
  noteServerSocket(socket: WsSocket): CompactConnection | null;
  /**
   * Notes that a handshake has succeeded.
   * @param tcp the TCP socket that the `ws` socket is about to get
   * @param head number of bytes after the handshake that `ws` has received already
   */
  noteOpen(socket: WsSocket, tcp: WsSocket['_socket'], head: number, connection: CompactConnection): void;
  /**
   * Notes that a client has no request any more: it is about to open, or its handshake has failed. Used only in Bun,
   * which calls no method when a client opens.
   */
  noteHandshakeEnd(socket: WsSocket): void;
  /** Notes that a client of Bun has opened. Returns its connection, once; `undefined` if the client has not opened. */
  noteOpenInBun(socket: WsSocket): CompactConnection | undefined;
  /** Adds facts that are known only when the socket has ended. */
  addFinalFacts(connection: CompactConnection): void;
  /** Forgets a socket just before its record is made. */
  forget(socket: WsSocket, connection: CompactConnection): void;
  readonly openSockets: OpenConnections<WsSocket>;
  stop(): void;
}

/**
 * Makes the store for the connections of `ws` sockets.
 * @param takeAccepted returns the connection that a server is accepting now
 * @param sweep visits the open connections
 * @param claims learns which streams and requests belong to sockets of `ws`
 * @param abandoned called for a client whose handshake has failed and that may never emit `close`
 * @param isPingOverdue says whether a ping of the app is unanswered for longer than the peer usually takes
 */
export function createWsConnections(
  { ignoreUrls }: WebSocketOptions,
  sweep: Sweep,
  { claim }: Pick<StreamClaims, 'claim'>,
  takeAccepted: () => CompactConnection | null | undefined,
  abandoned: (socket: WsSocket) => void,
  isPingOverdue: (socket: WsSocket) => boolean,
): WsConnections {
  const connections = createPrivateSlot<CompactConnection | null>();
  const openSockets = createOpenConnections<WsSocket>(sweep, {
    placedOf: connections.get,
    connectionOf: connections.get,
    streamOf: ({ _socket }) => _socket as CountedStream | null,
    factsOf: openFactsOf,
    isPingOverdue,
  });
  const handshakeEnds = new WeakMap<WsSocket, number>();
  const peerFactsOf = createPeerFactsReader();
  const handshakes = createClientHandshakes({ redirected: noteRequest, abandoned });

  function noteRequest(socket: WsSocket, request: ClientRequest, startedAt?: number): void {
    // Also of a socket that is not recorded, which the app may have asked for.
    claim(request);
    let connection = unrecorded(socket);
    if (connection === undefined) {
      const isWanted = !isIgnored(urlOf(socket) ?? '', ignoreUrls);
      connection = keep(socket, isWanted ? new CompactConnection(context.active(), startedAt) : null);
    }
    if (!connection) return;
    connection.handshake = handshakes.noteRequest(socket, request);
    noteKey(connection, request);
  }

  /** Returns the connection of a socket; `null` if the socket is recorded or ignored; `undefined` for a new socket. */
  function unrecorded(socket: WsSocket): CompactConnection | null | undefined {
    const connection = connections.get(socket);
    return connection?.isRecorded ? null : connection;
  }

  function keep(socket: WsSocket, connection: CompactConnection | null): CompactConnection | null {
    connections.set(socket, connection);
    return connection;
  }

  function earlyConnection(socket: WsSocket, url: string): CompactConnection | null {
    const { _isServer, _req: request, _socket } = socket;
    claim(_socket);
    if (isIgnored(url, ignoreUrls)) return null;
    const attempt = request ? { request, error: undefined, peer: undefined } : undefined;
    const facts = _isServer ? { url } : (attempt ?? peerFactsOf(_socket));
    const connection = new CompactConnection(ROOT_CONTEXT, Number.NaN, facts);
    if (_socket) connection.openedAt = Number.NaN;
    watchUnsentBytes(_socket);
    return connection;
  }

  function of(socket: WsSocket): CompactConnection | null {
    const known = unrecorded(socket);
    if (known !== undefined) return known;
    const accepted = socket._isServer && !socket._socket ? takeAccepted() : undefined;
    return keep(socket, accepted === undefined ? earlyConnection(socket, urlOf(socket) ?? '') : accepted);
  }

  return {
    noteRequest,
    of,
    lookUp(socket, needsId) {
      const connection = connections.get(socket) ?? of(socket) ?? undefined;
      if (!connection || !needsId) return connection;
      noteFinalKey(connection);
      return isRedirectable(socket) ? undefined : connection;
    },
    known: (socket) => unrecorded(socket as WsSocket),
    noteEarly(socket, { url = urlOf(socket) ?? '', connectionId }) {
      if (connections.get(socket) !== undefined) return;
      const connection = keep(socket, earlyConnection(socket, url));
      if (!connection) return;
      if (socket._socket) openSockets.add(socket, connection, socket._socket as CountedStream, 0);
      markSuppressed(context.active(), connection);
      if (connectionId) connection.connectionId = connectionId;
    },
    noteServerSocket: (socket) => keep(socket, takeAccepted() ?? null),
    noteOpen(socket, tcp, head, connection) {
      // A class and its subclass may both report one opening.
      if (connection.place !== undefined) return;
      connection.openedAt = now();
      openSockets.add(socket, connection, tcp as CountedStream | null, head);
      claim(tcp);
      watchUnsentBytes(tcp);
      if (socket._isServer) return;
      handshakes.forget(socket);
      const { handshake } = connection;
      connection.handshake = peerFactsOf(tcp, attemptOf(handshake)?.request);
    },
    noteHandshakeEnd(socket) {
      handshakeEnds.set(socket, now());
    },
    noteOpenInBun(socket) {
      const openedAt = handshakeEnds.get(socket);
      const connection = connections.get(socket);
      if (openedAt === undefined || !socket._socket || !connection || connection.isRecorded) return undefined;
      handshakeEnds.delete(socket);
      connection.openedAt ??= openedAt;
      return connection;
    },
    addFinalFacts(connection) {
      noteFinalKey(connection);
    },
    forget(socket, connection) {
      connection.noteRecord();
      openSockets.delete(connection);
      handshakes.forget(socket);
    },
    openSockets,
    stop: handshakes.stop,
  };
}

/** Notes the key of a handshake's request again. The `ws` of Bun sets the headers after it has made the request. */
function noteFinalKey(connection: CompactConnection): void {
  const { handshake } = connection;
  const attempt = attemptOf(handshake);
  if (attempt) noteKey(connection, attempt.request);
}

function noteKey(connection: CompactConnection, request: ClientRequest): void {
  connection.key = request.getHeader('sec-websocket-key');
}

/** Reads the facts of an open socket of `ws`. */
export const openFactsOf: ReadOpenFacts<WsSocket> = (socket, connection) => {
  const { handshake } = connection as CompactConnection;
  const known = handshake && !attemptOf(handshake) ? ownFacts(handshake as HandshakeFacts) : undefined;
  return {
    kind: socket._isServer ? 'server' : 'client',
    url: urlOf(socket) ?? known?.url ?? '',
    socketPath: known?.socketPath,
    template: known?.template,
  };
};
