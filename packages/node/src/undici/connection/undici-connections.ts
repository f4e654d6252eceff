import type { WebSocketLike } from '@closespan/core';
import type { Closing } from '@closespan/core/platform';
import { responseSocketOf } from './undici-6-internals.ts';
import { UndiciConnection } from './undici-connection.ts';
import { isTo, type Wire } from './undici-facts.ts';
import { keyOf, type UndiciRequest } from './undici-request.ts';
import { type WireEvents, watchWire } from './watch-wire.ts';

/**
 * Finds the connection of undici that a request, a wire or a WebSocket belongs to. A handshake shows them one after the
 * other, and each of these events joins two:
 *
 *     app              undici                        wire                 server
 *     new WebSocket ─► undici:request:create         ·                    ·
 *                      undici:client:sendHeaders ──► ── GET, Upgrade ───► ·
 *                      undici:request:headers        ◄─────────── 101 ─── ·
 *                      listener for `data` added ──► opened               ·
 *                      undici:websocket:open         ·                    ·
 *     close() ───────► ·                             ── Close ──────────► ·
 *                      ·                             ◄───────── Close ─── ·
 *                      undici:websocket:close        ended                ·
 */
export interface UndiciConnections {
  /** Notes a request for a WebSocket. A request with the key of a pending handshake tries that handshake again. */
  noteRequest(request: UndiciRequest): UndiciConnection;
  /** Notes that a request goes out over a wire, which may have carried other requests before. */
  noteSent(connection: UndiciConnection, wire: Wire): void;
  /**
   * Gives the connection that has opened in this turn to its WebSocket.
   * @param websocket `undefined` from undici 6, which does not tell whose connection opens
   * @returns `undefined` where no request of the WebSocket was seen
   */
  noteWebSocket(websocket: WebSocketLike | undefined): UndiciConnection | undefined;
  /**
   * Notes a call of `close()` in a listener for `open`. undici 7 and 8 tell only after the app's listeners which socket
   * has opened. Until then, the socket likely has the connection that opened in this turn, if the URLs are equal.
   */
  noteLikelyCall(url: string, closing: Closing): void;
  /** The likely call of `close()` on a connection that has opened in this turn. */
  likelyCallOf(connection: UndiciConnection): Closing | undefined;
  /** The connection that a request was made for; `undefined` for an ignored URL. */
  ofRequest(request: UndiciRequest): UndiciConnection | undefined;
  /** The pending handshake with a `Sec-WebSocket-Key`. */
  ofKey(key: unknown): UndiciConnection | undefined;
  /** The connection that was the last to use a wire. */
  ofWire(wire: object): UndiciConnection | undefined;
  /** The connection of a WebSocket that has opened. */
  ofWebSocket(websocket: object): UndiciConnection | undefined;
  /** Handshakes that go on, and those that have failed and are not recorded yet. */
  pending(): readonly UndiciConnection[];
  /** Whether a handshake with a URL goes on. */
  isPending(url: string): boolean;
  /** Connections that are open or closing. */
  open(): readonly UndiciConnection[];
  /** Connections that are open or closing and belong to no WebSocket: those of `WebSocketStream`. */
  streams(): Iterable<UndiciConnection>;
  /** Forgets a connection whose record is about to be made. @returns false when that was done before */
  release(connection: UndiciConnection): boolean;
}

/** Makes the store of connections. @param events called for events that a wire shows after the opening */
export function createUndiciConnections(events: Omit<WireEvents, 'opened'>): UndiciConnections {
  const wireEvents: WireEvents = { ...events, opened };
  const byRequest = new WeakMap<object, UndiciConnection>();
  const byWire = new WeakMap<object, UndiciConnection>();
  const byWebSocket = new WeakMap<object, UndiciConnection>();
  const pending = new Map<unknown, UndiciConnection>();
  const open = new Set<UndiciConnection>();
  const streams = new Set<UndiciConnection>();
  let justOpened: { readonly connection: UndiciConnection; likelyCall: Closing | undefined } | undefined;

  function opened(connection: UndiciConnection): void {
    connection.noteOpen();
    leavePending(connection);
    open.add(connection);
    streams.add(connection);
    justOpened = { connection, likelyCall: undefined };
    // undici tells whose connection it is before this turn is over.
    process.nextTick(() => {
      justOpened = undefined;
    });
  }

  function leavePending(connection: UndiciConnection): void {
    const { key } = connection.facts;
    if (pending.get(key) === connection) pending.delete(key);
  }

  return {
    noteRequest(request) {
      const key = keyOf(request);
      const known = pending.get(key);
      known?.noteRetry();
      const connection = known ?? new UndiciConnection(request);
      pending.set(key, connection);
      byRequest.set(request, connection);
      return connection;
    },
    noteSent(connection, wire) {
      if (connection.facts.wire) return;
      byWire.set(wire, connection);
      connection.noteSent(wire, watchWire(connection, wire, wireEvents));
    },
    noteWebSocket(websocket) {
      const connection = justOpened?.connection;
      justOpened = undefined;
      if (!connection) return undefined;
      streams.delete(connection);
      connection.noteWebSocket(websocket);
      if (websocket) byWebSocket.set(websocket, connection);
      return connection;
    },
    noteLikelyCall(url, closing) {
      if (justOpened && isTo(justOpened.connection.facts, url)) justOpened.likelyCall ??= closing;
    },
    likelyCallOf: (connection) => (justOpened?.connection === connection ? justOpened.likelyCall : undefined),
    ofRequest: (request) => byRequest.get(request),
    ofKey: (key) => pending.get(key),
    ofWire: (wire) => byWire.get(wire),
    ofWebSocket(websocket) {
      const wire = responseSocketOf(websocket);
      return byWebSocket.get(websocket) ?? (wire && byWire.get(wire));
    },
    pending: () => [...pending.values()],
    isPending(url) {
      for (const one of pending.values()) if (isTo(one.facts, url) && one.state !== 'failed') return true;
      return false;
    },
    open: () => [...open],
    streams: () => streams,
    release(connection) {
      if (!connection.release()) return false;
      leavePending(connection);
      open.delete(connection);
      streams.delete(connection);
      return true;
    },
  };
}
