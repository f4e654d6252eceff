import type { PageClose } from './page-close.ts';

/** Ended connection: the closes of its one or two ends. */
export interface Connection {
  /** Number of the close that arrived first. Gives the connection its place in the table for good. */
  readonly number: number;
  client: PageClose | undefined;
  server: PageClose | undefined;
}

/** Ended connections in the order of arrival, both ends of each joined. Bounded: the oldest are forgotten first. */
export interface Connections {
  readonly list: readonly Connection[];
  add(close: PageClose): void;
  /** Returns the connection of a close span, or `undefined` if there is none. */
  ofSpan(spanId: string): Connection | undefined;
  /** Returns the connection that followed a close span in its chain, or `undefined` if there is none. */
  after(spanId: string): Connection | undefined;
}

/** Creates an empty list of connections. */
export function createConnections(limit = 10_000): Connections {
  let list: Connection[] = [];
  const byId = new Map<string, Connection>();
  const bySpan = new Map<string, Connection>();
  const byPrevious = new Map<string, Connection>();

  function add(close: PageClose): void {
    if (bySpan.has(close.span.spanId)) return;
    let connection = close.id ? byId.get(close.id) : undefined;
    // One end closes once. A second close of this end belongs to another connection, whatever its id.
    if (!connection || connection[close.side]) {
      connection = { number: close.number, client: undefined, server: undefined };
      list.push(connection);
      if (close.id) byId.set(close.id, connection);
    }
    connection[close.side] = close;
    bySpan.set(close.span.spanId, connection);
    if (close.previous) byPrevious.set(close.previous, connection);
    // Some at once, since each cut moves the whole list.
    if (list.length > limit * 1.05) forget(list.length - limit);
  }

  function forget(count: number): void {
    for (const connection of list.slice(0, count)) {
      for (const close of closesOf(connection)) {
        bySpan.delete(close.span.spanId);
        if (byPrevious.get(close.previous) === connection) byPrevious.delete(close.previous);
        if (byId.get(close.id) === connection) byId.delete(close.id);
      }
    }
    list = list.slice(count);
  }

  return {
    get list() {
      return list;
    },
    add,
    ofSpan: (spanId) => bySpan.get(spanId),
    after: (spanId) => byPrevious.get(spanId),
  };
}

/** Returns the closes of a connection, the client's first. */
export function closesOf({ client, server }: Connection): PageClose[] {
  return [client, server].filter((close) => close !== undefined);
}

/** Causes that an end records if it saw nothing but the end itself. The other end may know more. */
const VAGUE: readonly string[] = ['unknown', 'connection_lost', 'remote_close', 'close_timeout'];

/**
 * Returns the close that says most about the end of a connection. An abnormal close comes first, then one with an exact
 * cause, then that of the end which closed first, then the client's.
 */
export function leadingClose(connection: Connection): PageClose {
  const closes = closesOf(connection);
  const weigh = ({ isAbnormal, cause, initiator }: PageClose) =>
    Number(isAbnormal) * 4 + Number(!VAGUE.includes(cause)) * 2 + Number(initiator === 'local');
  return closes.reduce((best, close) => (weigh(close) > weigh(best) ? close : best));
}

/** Neighbours of a connection in its chain of reconnects. */
export interface Neighbours {
  readonly before: Connection | undefined;
  readonly after: Connection | undefined;
}

/** Finds the connections before and after one by the links of their spans. Only clients link. */
export function neighboursOf({ client }: Connection, connections: Connections): Neighbours {
  return {
    before: client?.previous ? connections.ofSpan(client.previous) : undefined,
    after: client && connections.after(client.span.spanId),
  };
}
