import type { Connection, HandlersPlatform } from '@closespan/core/platform';
import { CompactConnection } from '../connection/compact-connection.ts';
import { openingTime } from '../connection/opening-time.ts';
import type { LibraryObserver } from '../library-observer.ts';

/** Leaves connections of handlers to the observer of a library, if there is one. */
export interface Adoption {
  readonly adopt: HandlersPlatform['adopt'] & {};
  /**
   * Returns the object that handlers get for a connection that a library observes. `undefined` if no handlers get one.
   */
  appSocketOf(connection: Connection): object | undefined;
}

type Adopt = Parameters<Adoption['adopt']>;

/**
 * Makes functions that look for connections of handlers in the observers of libraries.
 * @param libraries observers that know a connection by its socket, or by the TCP socket under it
 */
export function createAdoption(
  libraries: readonly Pick<LibraryObserver, 'connectionOf' | 'observe'>[],
): Adoption {
  const appSockets = new WeakMap<Connection, object>();

  function connectionOf(socket: object): Connection | undefined {
    for (const library of libraries) {
      const connection = library.connectionOf(socket, false);
      if (connection) return connection;
    }
    return undefined;
  }

  /** Begins to observe a socket of a library that nobody has found, such as the copy of `ws` in crossws. */
  function observe(socket: object, { kind, url, connectionId }: Adopt[1]): Connection | undefined {
    const info = { kind, ...(url && { url }), ...(connectionId && { connectionId }) };
    libraries.some((library) => library.observe(socket as never, info));
    return connectionOf(socket);
  }

  return {
    adopt([identity = {}, socket = identity], details, isOpening) {
      const { _socket: tcp } = identity as { readonly _socket?: unknown };
      const canObserve = isOpening && 'addEventListener' in identity;
      const connection =
        connectionOf(identity) ??
        (typeof tcp === 'object' && tcp ? connectionOf(tcp) : undefined) ??
        (canObserve ? observe(identity, details) : undefined);
      if (!connection) return undefined;
      if (isOpening) addFacts(connection, details);
      appSockets.set(connection, socket);
      return connection;
    },
    appSocketOf: (connection) => appSockets.get(connection),
  };
}

/** Adds what the handlers know of a connection whose handshake its observer has not seen. */
function addFacts(connection: Connection, { connectionId, ...details }: Adopt[1]): void {
  const isEarly = connection instanceof CompactConnection && Number.isNaN(connection.startedAt);
  if (isEarly) {
    if (!(connection.handshake && 'url' in connection.handshake && connection.handshake.url))
      connection.handshake = details;
    if (connectionId) connection.connectionId = connectionId;
  }
  if (!Number.isNaN(connection.openedAt ?? 0)) return;
  // The handshake has just ended. Nobody knows when it began.
  connection.openedAt = openingTime();
  if (!isEarly) Object.assign(connection, { startedAt: Number.NaN });
}
