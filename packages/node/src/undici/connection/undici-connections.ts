import type { WebSocketLike } from '@closespan/core';
import { type Closing, OPEN } from '@closespan/core/platform';
import { closeFrameSize } from '../../connection/close-frame.ts';
import { socketPathOf } from '../../connection/socket-path.ts';
import type { StreamClaims } from '../../connection/stream-claims.ts';
import { watchHandshakePhases, watchUnsentBytes } from '../../connection/unsent-bytes.ts';
import { inNextTurn } from '../../pipeline/timers-at-load.ts';
import { memberOf } from '../../runtime/member-of.ts';
import { createOpenConnections, type OpenConnections } from '../../traffic/open-connections.ts';
import type { Sweep } from '../../traffic/sweep.ts';
import { responseSocketOf } from './undici-6-internals.ts';
import { UndiciConnection } from './undici-connection.ts';
import { isTo, type Wire } from './undici-facts.ts';
import { isOfApp, keyOf, requestedUrl, type UndiciRequest } from './undici-request.ts';
import { type WireEvents, watchWire } from './watch-wire.ts';

/**
 * Finds the connection of undici that belongs to a request, to a WebSocket, or to a wire: a TCP socket, a TLS socket or
 * an HTTP/2 stream. A handshake brings these objects one after the other. Each event below connects two of them:
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
  /**
   * Notes a request for a WebSocket. If its key is that of a pending handshake, the request is a new attempt of that
   * handshake.
   */
  noteRequest(request: UndiciRequest): UndiciConnection;
  /**
   * Forgets a connection whose request no WebSocket of undici has made, if another observer takes the request.
   * @returns whether the connection is forgotten
   */
  leave(connection: UndiciConnection, request: UndiciRequest, wire: Wire): boolean;
  /**
   * Notes that a request is sent over a wire: a TCP socket, a TLS socket or an HTTP/2 stream. A socket may have carried
   * other requests before.
   */
  noteSent(connection: UndiciConnection, wire: Wire): void;
  /** Notes the wire of a request that is not recorded, so that no other observer records its connection. */
  noteUnrecorded(wire: Wire): void;
  /**
   * Assigns to a WebSocket the connection that has opened in this turn of the event loop.
   * @param websocket `undefined` from undici 6, which does not publish the WebSocket that opens
   * @returns `undefined` if no request of the WebSocket was seen
   */
  noteWebSocket(websocket: WebSocketLike | undefined): UndiciConnection | undefined;
  /**
   * Notes a call of `close()` in a listener for `open`. undici 7 and 8 name the opened socket only after the app's
   * listeners have run. Until then, the socket probably has the connection that opened in this turn, if the URLs are
   * equal.
   */
  noteLikelyCall(url: string, closing: Closing): void;
  /**
   * Returns the call of `close()` that was probably made on a connection; `undefined` if there is none. The connection
   * must have opened in this turn of the event loop.
   */
  likelyCallOf(connection: UndiciConnection): Closing | undefined;
  /** Returns the connection for which a request was made; `undefined` if the URL is ignored. */
  ofRequest(request: UndiciRequest): UndiciConnection | undefined;
  /** Returns the pending handshake that has a `Sec-WebSocket-Key`; `undefined` if there is none. */
  ofKey(key: unknown): UndiciConnection | undefined;
  /** Returns the connection that was the last to use a TCP socket, TLS socket or HTTP/2 stream. */
  ofWire(wire: object): UndiciConnection | undefined;
  /** Returns the connection of a WebSocket that has opened; `undefined` if the connection is not known. */
  ofWebSocket(websocket: object): UndiciConnection | undefined;
  /**
   * Returns the connection of a WebSocket whose listeners for `open` are running. undici 7 and 8 name the opened socket
   * only afterwards. The connection is the one that opened in this turn, if the URLs are equal.
   */
  ofOpening(websocket: WebSocketLike): UndiciConnection | undefined;
  /** Returns the handshakes that are going on, and the failed handshakes that are not recorded yet. */
  pending(): readonly UndiciConnection[];
  /** Says whether a handshake with a URL is going on. */
  isPending(url: string): boolean;
  /** The connections that are open or closing. */
  readonly open: OpenConnections<UndiciConnection>;
  /** Returns the open and closing connections that belong to no `WebSocket`: the connections of `WebSocketStream`. */
  streams(): Iterable<UndiciConnection>;
  /**
   * Forgets a connection just before its record is made.
   * @returns `false` if the connection was forgotten before
   */
  release(connection: UndiciConnection): boolean;
}

/**
 * Makes the store of undici's connections.
 * @param sweep visits the open connections
 * @param claims learns which streams carry connections of undici
 * @param events called for events that only the TCP socket, TLS socket or HTTP/2 stream reports
 */
export function createUndiciConnections(
  sweep: Sweep,
  { claim, claimKey, offer }: Pick<StreamClaims, 'claim' | 'claimKey' | 'offer'>,
  events: Omit<WireEvents, 'lost'>,
): UndiciConnections {
  const wireEvents: WireEvents = { ...events, opened, closeFrame, lost };
  const byRequest = new WeakMap<object, UndiciConnection>();
  const byWire = new WeakMap<object, UndiciConnection>();
  const byWebSocket = new WeakMap<object, UndiciConnection>();
  const pending = new Map<unknown, UndiciConnection>();
  const open = createOpenConnections<UndiciConnection>(sweep, {
    placedOf: (connection) => connection,
    connectionOf: ({ tracked }) => tracked,
    streamOf: ({ counter }) => counter,
    factsOf: ({ facts: { url, wire } }) => ({ kind: 'client', url, socketPath: socketPathOf(wire) }),
  });
  const streams = new Set<UndiciConnection>();
  let justOpened: { readonly connection: UndiciConnection; likelyCall: Closing | undefined } | undefined;

  function opened(connection: UndiciConnection): void {
    connection.noteOpen();
    leavePending(connection);
    const { wire } = connection.facts;
    // undici puts bytes that came with the response back into the stream.
    open.add(connection, connection, connection.counter, wire?.readableLength ?? 0);
    streams.add(connection);
    justOpened = { connection, likelyCall: undefined };
    events.opened(connection);
    // undici tells whose connection it is before this turn is over.
    process.nextTick(() => {
      justOpened = undefined;
    });
  }

  function closeFrame(connection: UndiciConnection): void {
    const frame = connection.facts.closeFrame;
    if (frame) open.noteCloseFrame(connection, closeFrameSize(frame));
    events.closeFrame(connection);
  }

  function lost(connection: UndiciConnection): void {
    const { wire } = connection.facts;
    // undici reports a failed handshake in this turn. It reports no end of a stream that the app has got.
    inNextTurn('undici', () => {
      if (connection.state === 'sent' && connection.facts.wire === wire) release(connection);
    });
  }

  function release(connection: UndiciConnection): boolean {
    if (!connection.release()) return false;
    connection.noteTraffic(open.attributesAtEnd(connection));
    leavePending(connection);
    open.delete(connection);
    streams.delete(connection);
    return true;
  }

  function leavePending(connection: UndiciConnection): void {
    const { key } = connection.facts;
    if (pending.get(key) === connection) pending.delete(key);
  }

  return {
    noteRequest(request) {
      watchHandshakePhases();
      const key = keyOf(request);
      const known = pending.get(key);
      // After a response that undici has not refused, the request is no retry.
      const connection = known && !known.isTaken ? known : new UndiciConnection(request);
      if (connection === known) known.noteRetry();
      pending.set(key, connection);
      byRequest.set(request, connection);
      // The store of keys must not hold the stream of a connection that has ended.
      const held = new WeakRef(connection);
      claimKey(key, () => held.deref()?.isPending === true);
      return connection;
    },
    leave(connection, request, stream) {
      const offered = {
        stream,
        socketPath: socketPathOf(stream),
        key: keyOf(request),
        isOfApp: isOfApp(request),
      };
      return !connection.facts.wire && offer(offered) && release(connection);
    },
    noteSent(connection, wire) {
      if (connection.facts.wire) return;
      byWire.set(wire, connection);
      claim(wire);
      watchUnsentBytes(wire);
      connection.noteSent(wire, watchWire(connection, wire, wireEvents));
    },
    noteUnrecorded: claim,
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
    ofOpening(websocket) {
      const connection = justOpened?.connection;
      return connection &&
        memberOf(websocket, 'readyState') === OPEN &&
        isTo(connection.facts, requestedUrl(memberOf(websocket, 'url')))
        ? connection
        : undefined;
    },
    pending: () => [...pending.values()],
    isPending(url) {
      for (const one of pending.values()) if (isTo(one.facts, url) && one.state !== 'failed') return true;
      return false;
    },
    open,
    streams: () => streams,
    release,
  };
}
