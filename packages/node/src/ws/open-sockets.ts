import type { CompactConnection } from '../connection/compact-connection.ts';
import type { OpenWalk, ReadOpenFacts, VisitOpen } from '../connection/open-walk.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * A list of the open sockets, so that they can be counted, and recorded when the process ends. Iteration runs over a
 * copy.
 */
export interface OpenSockets extends Iterable<WsSocket>, OpenWalk {
  add(socket: WsSocket, connection: CompactConnection): void;
  delete(connection: CompactConnection): void;
}

/** A walk over the list. Sockets before `place` are visited. */
interface Walk {
  place: number;
  readonly visit: VisitOpen;
}

/** Number of sockets for which there is room at first. */
const FIRST_ROOM = 64;

/**
 * Makes a list of open sockets in which each connection stores its index. A `Set` would take three times as much
 * memory.
 */
export function createOpenSockets(
  connectionOf: (socket: WsSocket) => CompactConnection | null | undefined,
): OpenSockets {
  const sockets: WsSocket[] = [];
  /** Group of each socket, by the socket's index. A number takes 2 bytes here, and 8 in the connection. */
  let groups = new Uint16Array(FIRST_ROOM);
  let walk: Walk | undefined;

  function visitAt(place: number, visit: VisitOpen): void {
    const socket = sockets[place];
    const connection = socket && connectionOf(socket);
    if (connection) groups[place] = visit(connection, groups[place] ?? 0, socket, openFactsOf);
  }

  return {
    add(socket, connection) {
      const place = sockets.push(socket) - 1;
      connection.place = place;
      if (place >= groups.length) {
        const more = new Uint16Array(2 * groups.length);
        more.set(groups);
        groups = more;
      }
      groups[place] = 0;
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
      groups[place] = groups[sockets.length] ?? 0;
      moved.place = place;
      // A walk that has passed the free index would miss the socket.
      if (walk && place < walk.place && walk.place <= sockets.length) visitAt(place, walk.visit);
    },
    walk(visit) {
      const begun: Walk = { place: 0, visit };
      walk = begun;
      return () => {
        if (begun.place < sockets.length) {
          visitAt(begun.place++, visit);
          return true;
        }
        if (walk === begun) walk = undefined;
        return false;
      };
    },
    [Symbol.iterator]: () => sockets.slice().values(),
  };
}

const openFactsOf: ReadOpenFacts<WsSocket> = ({ _isServer, url }, connection) => {
  const { handshake } = connection as CompactConnection;
  const known = handshake && 'request' in handshake ? undefined : handshake;
  return { kind: _isServer ? 'server' : 'client', url: url ?? known?.url ?? '', template: known?.template };
};
