import type { CompactConnection } from '../connection/compact-connection.ts';
import type { WsSocket } from './ws-socket.ts';

/** A list of the open sockets, so that they can be recorded when the process ends. Iteration runs over a copy. */
export interface OpenSockets extends Iterable<WsSocket> {
  add(socket: WsSocket, connection: CompactConnection): void;
  delete(connection: CompactConnection): void;
}

/**
 * Makes a list of open sockets in which each connection stores its index. A `Set` would take three times as much
 * memory.
 */
export function createOpenSockets(
  connectionOf: (socket: WsSocket) => CompactConnection | null | undefined,
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
      // The last socket moves to the free index.
      const moved = last && connectionOf(last);
      if (!moved || place === sockets.length) return;
      sockets[place] = last;
      moved.place = place;
    },
    [Symbol.iterator]: () => sockets.slice().values(),
  };
}
