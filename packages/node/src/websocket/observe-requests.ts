import { guard, now, patchBefore, patchMethod } from '@closespan/core/platform';
import type { UpgradeAcceptor } from '../upgrades/accepted-upgrades.ts';
import type { UpgradeRequest } from '../upgrades/upgrade-facts.ts';
import type { Opening } from './observe-websocket.ts';

/** The members of a `WebSocketRequest` of the package `websocket` that are read. */
interface PackageRequest {
  readonly socket: Opening['socket'];
  readonly httpRequest: UpgradeRequest;
  /** The client hung up before the request was accepted. */
  readonly _socketIsClosing: boolean;
}

/**
 * Observes the requests that servers of the package accept.
 * @param open runs what makes a connection
 * @returns what stops it
 */
export function observeRequests(
  prototype: object,
  { arrive, accept }: UpgradeAcceptor,
  open: (opening: Opening, run: () => unknown) => unknown,
): () => void {
  const undo = [
    patchBefore(prototype, 'readHandshake', (self) => {
      const { httpRequest, socket } = self as PackageRequest;
      arrive(httpRequest, socket);
      return undefined;
    }),
    patchMethod(prototype, 'accept', (original, self, args) => {
      const { socket, httpRequest, _socketIsClosing } = self as PackageRequest;
      const connection = guard('websocket', () => accept(httpRequest, socket), null);
      // The answer leaves at once; the listeners of the connection come later.
      if (connection && !_socketIsClosing) connection.openedAt = now();
      return open({ socket, connection }, () => original(...args));
    }),
  ];
  return () => {
    for (const restore of undo) restore();
  };
}
