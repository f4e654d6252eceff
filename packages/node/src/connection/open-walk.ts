import type { Connection } from '@closespan/core/platform';

/** Facts of an open connection that decide with which other connections it is counted. */
export interface OpenFacts {
  readonly kind: 'client' | 'server';
  readonly url: string;
  /** Path of the Unix socket, if the URL does not contain the path. @defaultValue a TCP connection */
  readonly socketPath?: string | undefined;
  /**
   * Name that `urlTemplate` returned for the upgrade request. An empty string means that there is no name.
   * @defaultValue `urlTemplate` is called with the URL alone
   */
  readonly template?: string | undefined;
}

/** Reads the facts of an open connection. */
export type ReadOpenFacts<S> = (socket: S, connection: Connection) => OpenFacts;

/**
 * Counts one open connection, and returns the number of its group.
 * @param group number that the last visit of this connection has returned; 0 at the first visit
 * @param factsOf reads the facts of the connection; called only at the first visit
 * @param receivedAt time of the last byte of the peer, in monotonic milliseconds; `undefined` if it is not known
 * @param isPingOverdue says whether a ping of the app is unanswered for longer than the peer usually takes; `undefined` if
 * it is not known
 */
export type VisitOpen = <S>(
  connection: Connection,
  group: number,
  socket: S,
  factsOf: ReadOpenFacts<S>,
  receivedAt?: number,
  isPingOverdue?: (socket: S) => boolean,
) => number;

/** Connections of one library that have opened and have not ended. */
export interface OpenWalk {
  /**
   * Starts a walk over the connections, which may take several turns of the event loop. Every connection that stays
   * open meanwhile is visited once.
   * @returns a function that visits one more connection; it returns `false` when no connection is left
   */
  walk(visit: VisitOpen): () => boolean;
}

/**
 * Makes a walk over the sockets that `socketsNow` returns. Meant for libraries of which a process has few sockets.
 * @param socketsNow returns a `Set` or a `Map`, whose iterators follow later changes
 * @param connectionOf returns the connection of a socket; `undefined` if the socket is not open
 */
export function walkOver<S>(
  socketsNow: () => Iterable<S>,
  connectionOf: (socket: S) => Connection | undefined,
  factsOf: ReadOpenFacts<S>,
): OpenWalk {
  const groups = new WeakMap<Connection, number>();
  return {
    walk(visit) {
      const sockets = socketsNow()[Symbol.iterator]();
      return () => {
        const { done, value } = sockets.next();
        if (done) return false;
        const connection = connectionOf(value);
        if (connection)
          groups.set(connection, visit(connection, groups.get(connection) ?? 0, value, factsOf));
        return true;
      };
    },
  };
}
