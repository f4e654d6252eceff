import { guard, patchAround, patchBefore, stopAll } from '@closespan/core/platform';
import { openingTime } from '../connection/opening-time.ts';
import type { StreamClaims } from '../connection/stream-claims.ts';
import type { AcceptedUpgrades } from '../upgrades/accepted-upgrades.ts';
import type { UpgradeRequest } from '../upgrades/upgrade-facts.ts';
import type { NoteOpening, Opening } from './opening.ts';

/** Members of a `WebSocketRequest` of the package `websocket` that closespan reads. */
interface PackageRequest {
  readonly socket: Opening['socket'];
  readonly httpRequest: UpgradeRequest;
  /** True if the client ended the TCP connection before the server accepted the request. */
  readonly _socketIsClosing: boolean;
}

/**
 * Observes the upgrade requests that servers of the package `websocket` accept.
 * @param claims learns on which stream the package is accepting a request
 * @param noteOpening called when the package begins to make a connection
 * @returns a function that stops the observation
 */
export function observeRequests(
  prototype: object,
  { noteArrival, noteAccepted }: AcceptedUpgrades,
  { accepting }: Pick<StreamClaims, 'accepting'>,
  noteOpening: NoteOpening,
): () => void {
  const stops = [
    patchBefore(prototype, 'readHandshake', (self) => {
      const { httpRequest, socket } = self as PackageRequest;
      noteArrival(httpRequest, socket);
      return undefined;
    }),
    patchAround(prototype, 'accept', (self) => {
      const { socket, httpRequest, _socketIsClosing } = self as PackageRequest;
      const connection = guard('websocket', () => noteAccepted(httpRequest, socket), null);
      // The response leaves at once; the connection gets its listeners later.
      if (connection && !_socketIsClosing) connection.openedAt = openingTime();
      const endAccepting = accepting(socket);
      const endOpening = noteOpening({ socket, connection, head: 0 });
      return (made) => {
        endAccepting();
        endOpening(made);
      };
    }),
  ];
  return () => stopAll(stops);
}
