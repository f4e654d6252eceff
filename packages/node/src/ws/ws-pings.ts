import { OPEN, patchBefore, stopAll } from '@closespan/core/platform';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { payloadNumber } from '../connection/ping-payload.ts';
import { PingState } from '../connection/ping-state.ts';
import type { WsReceiver, WsSocket } from './ws-socket.ts';

/** Follows the pings that apps send over `ws` sockets, and their pongs. closespan itself sends no ping. */
export interface WsPings {
  /**
   * Notes a ping that a call of `ping()` is about to send.
   * @param data first argument of the call
   */
  noteCall(socket: WsSocket, data: unknown, connection: CompactConnection): void;
  /** Says whether the app has sent pings over a socket whose pongs are not seen, as in Bun. */
  areUnseen(socket: WsSocket): boolean;
  /** Returns the pings of a socket; `undefined` if the app has sent none, or if pongs are not seen. */
  of(socket: WsSocket): PingState | undefined;
  stop(): void;
}

/** Opcode of a Pong frame (RFC 6455 §5.5.3). */
const PONG = 10;

/**
 * Follows pings from the first call of `ping()` on. From then on `controlMessage` of the receiver's class is patched,
 * which runs for each ping, pong and Close frame, and for no message. A listener for pongs instead would take more
 * memory than the pings.
 * @param connectionOf returns the connection of a socket that is known, and not recorded yet
 * @param measure called with each round trip, in milliseconds
 */
export function followWsPings(
  connectionOf: (socket: WsSocket) => CompactConnection | null | undefined,
  measure: (socket: WsSocket, roundTrip: number) => void,
): WsPings {
  /** Property that leads from a receiver to its socket, by class of receivers. */
  const links = new Map<object, symbol | undefined>();
  const unseen = new WeakSet<WsSocket>();
  const stops: ((() => void) | undefined)[] = [];

  function watch(receiver: WsReceiver, socket: WsSocket): void {
    const prototype = Object.getPrototypeOf(receiver);
    if (links.has(prototype)) return;
    const values = receiver as unknown as Readonly<Record<symbol, unknown>>;
    links.set(
      prototype,
      Object.getOwnPropertySymbols(receiver).find((symbol) => values[symbol] === socket),
    );
    stops.push(
      patchBefore(prototype, 'controlMessage', (self, [data]) => {
        const one = self as WsReceiver;
        if (one._opcode === PONG) notePong(one, data);
        return undefined;
      }),
    );
  }

  function notePong(receiver: WsReceiver, data: unknown): void {
    const payload = payloadNumber(data);
    const link = links.get(Object.getPrototypeOf(receiver));
    const socket = link && (receiver as unknown as Readonly<Record<symbol, WsSocket | undefined>>)[link];
    // After the end `ws` reads what has come while the app had paused the socket.
    if (payload === undefined || !socket || socket._socket?.destroyed) return;
    const roundTrip = connectionOf(socket)?.pings?.notePong(payload);
    if (roundTrip !== undefined) measure(socket, roundTrip);
  }

  return {
    noteCall(socket, data, connection) {
      const { _receiver: receiver, readyState } = socket;
      const payload = payloadNumber(typeof data === 'function' ? undefined : data);
      if (readyState !== OPEN || payload === undefined) return;
      // The receiver of Bun's own `ws` reads no frames.
      if (typeof receiver?.controlMessage !== 'function') {
        unseen.add(socket);
        return;
      }
      watch(receiver, socket);
      connection.pings ??= new PingState(connection.openedAt ?? Number.NaN);
      connection.pings.noteSent(payload);
    },
    areUnseen: (socket) => unseen.has(socket),
    of: (socket) => connectionOf(socket)?.pings,
    stop: () => stopAll(stops),
  };
}
