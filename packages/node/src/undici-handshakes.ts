import type { Socket } from 'node:net';
import { type Connection, now, startConnection, type WebSocketLike } from '@closespan/core';
import { connectionIdOf } from './connection-id.ts';

/** A request of undici, as its channels publish it. */
export interface UndiciRequest {
  readonly origin: string;
  readonly path: string;
  readonly upgrade: string | null;
  /** Names and values by turns. */
  readonly headers: readonly unknown[];
}

/** One connection of undici, from its request to its end. */
export interface Handshake {
  readonly connection: Connection;
  readonly url: string;
  readonly key: unknown;
  socket: Socket | undefined;
  statusCode: number | undefined;
  error: unknown;
  websocket: WebSocketLike | undefined;
  /** Monotonic milliseconds. */
  failedAt: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Puts together what undici's channels tell of one connection, each with another piece of it. */
export interface Handshakes {
  create(request: UndiciRequest): void;
  send(request: UndiciRequest, socket: Socket | undefined): void;
  respond(request: UndiciRequest, statusCode: number): void;
  fail(request: UndiciRequest, error: unknown): void;
  /** The handshake that went out from a local port has succeeded; undici 6 does not say which socket's it was. */
  open(localPort: number, websocket: WebSocketLike | undefined): void;
  /** The handshake of a socket that has opened. */
  of(websocket: object): Handshake | undefined;
  /** The first handshake to a URL that has not opened, failed ones before others. */
  unopened(url: string): Handshake | undefined;
  /** @returns false when the handshake is finished already */
  finish(handshake: Handshake): boolean;
  /** Gives up on the failed handshakes that are still waited for. */
  settle(): void;
}

/** undici 7 and 8 try a refused handshake twice, and fire `close` afterwards; undici 6 never does. */
const CLOSE_EVENT_MILLIS = 1000;

/** @param giveUp called for a failed handshake after which no `close` came */
export function createHandshakes(giveUp: (handshake: Handshake) => void): Handshakes {
  const byRequest = new WeakMap<object, Handshake>();
  const byWebSocket = new WeakMap<object, Handshake>();
  const bySocket = new WeakMap<object, Handshake>();
  const byPort = new Map<number | undefined, Handshake>();
  const pending = new Map<unknown, Handshake>();
  const finished = new WeakSet<Handshake>();

  function markFailed(handshake: Handshake): void {
    if (pending.get(handshake.key) !== handshake) return;
    handshake.failedAt = now();
    clearTimeout(handshake.timer);
    handshake.timer = setTimeout(giveUp, CLOSE_EVENT_MILLIS, handshake).unref();
  }

  function leave({ key, socket }: Handshake): void {
    pending.delete(key);
    byPort.delete(socket?.localPort);
  }

  return {
    create(request) {
      const key = headerOf(request, 'sec-websocket-key');
      let handshake = pending.get(key);
      if (handshake) {
        clearTimeout(handshake.timer);
        handshake.timer = undefined;
      } else {
        handshake = {
          connection: startConnection(),
          url: (request.origin + request.path).replace(/^http/, 'ws'),
          key,
          socket: undefined,
          statusCode: undefined,
          error: undefined,
          websocket: undefined,
          failedAt: undefined,
          timer: undefined,
        };
        handshake.connection.connectionId = connectionIdOf(key);
        pending.set(key, handshake);
      }
      byRequest.set(request, handshake);
    },
    send(request, socket) {
      const handshake = byRequest.get(request);
      if (!handshake || !socket) return;
      handshake.socket = socket;
      bySocket.set(socket, handshake);
      byPort.set(socket.localPort, handshake);
    },
    respond(request, statusCode) {
      const handshake = byRequest.get(request);
      if (!handshake) return;
      handshake.statusCode = statusCode;
      if (statusCode !== 101) markFailed(handshake);
    },
    fail(request, error) {
      const handshake = byRequest.get(request);
      if (!handshake) return;
      handshake.error ??= error;
      markFailed(handshake);
    },
    open(localPort, websocket) {
      const handshake = byPort.get(localPort);
      if (!handshake) return;
      leave(handshake);
      handshake.connection.openedAt = now();
      handshake.websocket = websocket;
      if (websocket) byWebSocket.set(websocket, handshake);
    },
    of(websocket) {
      const socket = responseSocketOf(websocket);
      return byWebSocket.get(websocket) ?? (socket && bySocket.get(socket));
    },
    unopened(url) {
      let first: Handshake | undefined;
      for (const handshake of pending.values()) {
        if (handshake.url !== url) continue;
        if (handshake.timer) return handshake;
        first ??= handshake;
      }
      return first;
    },
    finish(handshake) {
      clearTimeout(handshake.timer);
      leave(handshake);
      if (finished.has(handshake)) return false;
      finished.add(handshake);
      return true;
    },
    settle() {
      for (const handshake of pending.values()) if (handshake.timer) giveUp(handshake);
    },
  };
}

function headerOf({ headers }: UndiciRequest, name: string): unknown {
  return headers[headers.indexOf(name) + 1];
}

/** undici 6 keeps the response, and with it the TCP socket, under a symbol, and tells it in no other way. */
function responseSocketOf(websocket: object): object | undefined {
  const symbol = Object.getOwnPropertySymbols(websocket).find(
    ({ description }) => description === 'response',
  );
  const response = symbol && (websocket as Record<symbol, { socket?: object } | undefined>)[symbol];
  return response?.socket;
}
