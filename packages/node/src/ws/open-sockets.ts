import type { WsConnection } from '../connection/compact-connection.ts';
import type { WsSocket } from './ws-socket.ts';

/** Sockets that are open, held for the sake of those that still are when the process ends. */
export interface OpenSockets extends Iterable<WsSocket> {
  add(socket: WsSocket, connection: WsConnection): void;
  delete(connection: WsConnection): void;
}

/** Makes a list in which each connection knows its place: a `Set` takes three times as much, and each byte counts. */
export function createOpenSockets(
  connectionOf: (socket: WsSocket) => WsConnection | null | undefined,
): OpenSockets {
  const sockets: WsSocket[] = [];
  return {
    add(socket, connection) {
      connection.place = sockets.push(socket) - 1;
    },
    delete(connection) {
      const { place } = connection;
      if (place === undefined) return;
      connection.place = undefined;
      const last = sockets.pop();
      // The last one moves to the free place.
      const moved = last && connectionOf(last);
      if (!moved || place === sockets.length) return;
      sockets[place] = last;
      moved.place = place;
    },
    [Symbol.iterator]: () => sockets.slice().values(),
  };
}
