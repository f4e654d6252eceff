import { type Connection, trackConnection } from '@closespan/core/platform';

/** Keeps the app's notes on sockets of undici, which names the connection of a socket only when the socket has opened. */
export interface NotedSockets {
  /** Returns the connection that takes the notes on a socket: a stand-in, until the record of the socket is made. */
  noteTargetOf(socket: object): Connection;
  /** Returns the connection of a socket whose record is made; `undefined` before. */
  recordedOf(socket: object): Connection | undefined;
  /** Moves the notes on a socket to its connection, just before the record is made. */
  join(socket: object, connection: Connection): void;
}

/** Makes a store for notes on sockets of undici. The store keeps no socket alive. */
export function createNotedSockets(): NotedSockets {
  const standIns = new WeakMap<object, Connection>();
  const recorded = new WeakMap<object, Connection>();

  return {
    noteTargetOf(socket) {
      const known = recorded.get(socket) ?? standIns.get(socket);
      if (known) return known;
      const standIn = trackConnection(undefined, Number.NaN);
      standIns.set(socket, standIn);
      return standIn;
    },
    recordedOf: (socket) => recorded.get(socket),
    join(socket, connection) {
      const note = standIns.get(socket)?.note;
      if (note) connection.note = note;
      recorded.set(socket, connection);
    },
  };
}
