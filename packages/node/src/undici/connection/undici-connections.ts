import type { WebSocketLike } from '@closespan/core';
import { now } from '@closespan/core/platform';
import { responseSocketOf } from './undici-6-internals.ts';
import { isTo, startUndiciConnection, type UndiciConnection, type Wire } from './undici-connection.ts';
import { keyOf, type UndiciRequest } from './undici-request.ts';
import { type WireEvents, watchWire } from './watch-wire.ts';

/** The connections of undici: joins what its channels tell, each with another piece of one. */
export interface UndiciConnections {
  create(request: UndiciRequest): UndiciConnection;
  ofRequest(request: UndiciRequest): UndiciConnection | undefined;
  ofKey(key: unknown): UndiciConnection | undefined;
  ofWire(wire: object): UndiciConnection | undefined;
  ofWebSocket(websocket: object): UndiciConnection | undefined;
  /** The request goes out over a wire, which may have served others before. */
  send(connection: UndiciConnection, wire: Wire): void;
  /** The connection that is just being established is that of a WebSocket; undici 6 does not say whose. */
  opened(websocket: WebSocketLike | undefined): UndiciConnection | undefined;
  /** The connection to a URL that is just being established, until it is told whose it is. */
  establishing(url: string): UndiciConnection | undefined;
  /** Those whose handshake is not done. */
  pending(): Iterable<UndiciConnection>;
  /** Whether a handshake with a URL goes on. */
  isPending(url: string): boolean;
  open(): Iterable<UndiciConnection>;
  /** Open ones that are no WebSocket's. */
  streams(): Iterable<UndiciConnection>;
  /** @returns false when it was let go already */
  letGo(connection: UndiciConnection): boolean;
}

/** Makes the joint. */
export function createUndiciConnections(events: Omit<WireEvents, 'established'>): UndiciConnections {
  const wireEvents: WireEvents = { ...events, established };
  const byRequest = new WeakMap<object, UndiciConnection>();
  const byWire = new WeakMap<object, UndiciConnection>();
  const byWebSocket = new WeakMap<object, UndiciConnection>();
  const pending = new Map<unknown, UndiciConnection>();
  const open = new Set<UndiciConnection>();
  const streams = new Set<UndiciConnection>();
  let establishing: UndiciConnection | undefined;

  function established(connection: UndiciConnection): void {
    connection.connection.openedAt = now();
    // It was taken for failed, where a dispatcher of the app passed the answer on late.
    clearTimeout(connection.timer);
    connection.failedAt = undefined;
    leavePending(connection);
    open.add(connection);
    streams.add(connection);
    establishing = connection;
    // A WebSocket's opening is told before this turn is over.
    process.nextTick(() => {
      establishing = undefined;
    });
  }

  function leavePending(connection: UndiciConnection): void {
    if (pending.get(connection.key) === connection) pending.delete(connection.key);
  }

  return {
    create(request) {
      const key = keyOf(request);
      const connection = pending.get(key) ?? startUndiciConnection(request);
      connection.unwatch?.();
      connection.wire = undefined;
      connection.error = undefined;
      connection.statusCode = undefined;
      pending.set(key, connection);
      byRequest.set(request, connection);
      return connection;
    },
    ofRequest: (request) => byRequest.get(request),
    ofKey: (key) => pending.get(key),
    ofWire: (wire) => byWire.get(wire),
    ofWebSocket(websocket) {
      const wire = responseSocketOf(websocket);
      return byWebSocket.get(websocket) ?? (wire && byWire.get(wire));
    },
    send(connection, wire) {
      if (connection.wire) return;
      connection.wire = wire;
      connection.readBefore = wire.bytesRead ?? 0;
      byWire.set(wire, connection);
      connection.unwatch = watchWire(connection, wire, wireEvents);
    },
    opened(websocket) {
      const connection = establishing;
      establishing = undefined;
      if (!connection) return undefined;
      streams.delete(connection);
      connection.hasEvents = true;
      connection.websocket = websocket;
      connection.likelyClosing = undefined;
      if (websocket) byWebSocket.set(websocket, connection);
      return connection;
    },
    establishing: (url) => (establishing && isTo(establishing, url) ? establishing : undefined),
    pending: () => [...pending.values()],
    isPending(url) {
      for (const one of pending.values()) if (isTo(one, url) && one.failedAt === undefined) return true;
      return false;
    },
    open: () => [...open],
    streams: () => streams,
    letGo(connection) {
      if (connection.isRecorded) return false;
      connection.isRecorded = true;
      clearTimeout(connection.timer);
      connection.unwatch?.();
      leavePending(connection);
      open.delete(connection);
      streams.delete(connection);
      return true;
    },
  };
}
