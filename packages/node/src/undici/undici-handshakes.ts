import type { Socket } from 'node:net';
import { type Closing, type Connection, now, startConnection, type WebSocketLike } from '@closespan/core';
import { connectionIdOf } from '../connection-id.ts';
import { keyOf, type UndiciRequest, urlOf } from './undici-request.ts';

/** One connection of undici, from its request to its end. */
export interface Handshake {
  readonly connection: Connection;
  readonly url: string;
  readonly key: unknown;
  socket: Socket | undefined;
  statusCode: number | undefined;
  error: unknown;
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
  /** The app gave up a socket that was connecting; returns what takes that back. */
  abort(url: string, closing: Closing): () => void;
  /** The handshake of a socket that closed and never opened. */
  takeUnopened(url: string, closing: Closing | undefined): Handshake | undefined;
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
  const aborts = new Map<Closing, string>();
  const finished = new WeakSet<Handshake>();

  const isPending = (handshake: Handshake) => pending.get(handshake.key) === handshake;

  function markFailed(handshake: Handshake): void {
    handshake.failedAt = now();
    clearTimeout(handshake.timer);
    handshake.timer = setTimeout(giveUp, CLOSE_EVENT_MILLIS, handshake).unref();
  }

  function leave({ key, socket }: Handshake): void {
    pending.delete(key);
    byPort.delete(socket?.localPort);
  }

  function takeAbort(url: string): Closing | undefined {
    for (const [closing, abortedUrl] of aborts) {
      if (abortedUrl !== url) continue;
      aborts.delete(closing);
      return closing;
    }
    return undefined;
  }

  return {
    create(request) {
      const key = keyOf(request);
      let handshake = pending.get(key);
      if (handshake) {
        clearTimeout(handshake.timer);
        handshake.timer = undefined;
      } else {
        handshake = {
          connection: startConnection(),
          url: urlOf(request),
          key,
          socket: undefined,
          statusCode: undefined,
          error: undefined,
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
      if (statusCode !== 101 && isPending(handshake)) markFailed(handshake);
    },
    fail(request, error) {
      const handshake = byRequest.get(request);
      if (!handshake) return;
      handshake.error ??= error;
      if (!isPending(handshake)) return;
      if (isAbort(error)) handshake.connection.closing ??= takeAbort(handshake.url);
      markFailed(handshake);
    },
    open(localPort, websocket) {
      const handshake = byPort.get(localPort);
      if (!handshake) return;
      leave(handshake);
      handshake.connection.openedAt = now();
      if (websocket) byWebSocket.set(websocket, handshake);
    },
    of(websocket) {
      const socket = responseSocketOf(websocket);
      return byWebSocket.get(websocket) ?? (socket && bySocket.get(socket));
    },
    abort(url, closing) {
      aborts.set(closing, url);
      return () => aborts.delete(closing);
    },
    takeUnopened(url, closing) {
      const candidates = [...pending.values()].filter((handshake) => handshake.url === url);
      // Undici tells of the abort first, but for a handshake that it had not even sent: then it is the newest.
      if (!closing) return candidates.find(({ timer, statusCode }) => timer ?? statusCode);
      const told = candidates.find(({ connection }) => connection.closing === closing);
      if (told || !aborts.delete(closing)) return told;
      const unsent = candidates.findLast(({ socket }) => !socket);
      if (unsent) unsent.connection.closing = closing;
      return unsent;
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

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === 'AbortError';
}

/** undici 6 keeps the response, and with it the TCP socket, under a symbol, and tells it in no other way. */
function responseSocketOf(websocket: object): object | undefined {
  const symbol = Object.getOwnPropertySymbols(websocket).find(
    ({ description }) => description === 'response',
  );
  const response = symbol && (websocket as Record<symbol, { socket?: object } | undefined>)[symbol];
  return response?.socket;
}
