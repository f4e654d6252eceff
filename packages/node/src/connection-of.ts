import { type Connection, diag, guard, isUnrecorded, NAME } from '@closespan/core/platform';
import type { LibraryObserver } from './library-observer.ts';

/**
 * Looks for the connection of a socket of the app in all libraries. Never throws: an error is logged with `diag.error`.
 * A note on a socket that no library knows is logged with `diag.debug`.
 * @param needsId whether the caller reads the id of the connection; if not, the caller adds a note
 * @returns `undefined` if the socket is not observed, if no record of the socket is made, or if its id is needed and may
 * still change
 */
export function connectionOf(
  libraries: readonly Pick<LibraryObserver, 'connectionOf'>[],
  socket: unknown,
  needsId: boolean,
): Connection | undefined {
  const connection = guard('connectionOf', () => find(libraries, socket, needsId));
  if (connection && !isUnrecorded(connection)) return connection;
  if (!needsId) diag.debug(`${NAME}: note on a socket that is not observed`);
  return undefined;
}

function find(
  libraries: readonly Pick<LibraryObserver, 'connectionOf'>[],
  socket: unknown,
  needsId: boolean,
): Connection | undefined {
  if (typeof socket !== 'object' || !socket) return undefined;
  for (const library of libraries) {
    const connection = library.connectionOf(socket, needsId);
    if (connection) return connection;
  }
  return undefined;
}
