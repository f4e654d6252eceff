import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Peer } from '@closespan/core';
import type { CloseFacts } from '@closespan/core/platform';

/** Handshake of a `ws` client that has not succeeded yet. */
export interface Handshake {
  /** The request for the upgrade to WebSocket. After redirects, the last such request. */
  request: ClientRequest & { res?: IncomingMessage | null };
  /** The error with which the request failed; `undefined` while the request has not failed. */
  error: NodeJS.ErrnoException | undefined;
  /** Address and port of the server; `undefined` until the server has responded or could not be reached. */
  peer: Peer | undefined;
}

/**
 * Facts about a connection that a finished handshake has left. A member is absent if the fact is not known or not
 * recorded.
 */
export type HandshakeFacts = Partial<
  Pick<CloseFacts, 'url' | 'socketPath' | 'template' | 'peer' | 'clientAddress' | 'origin'>
>;

/** Returns a handshake that goes on, or that has failed. `undefined` if nothing but the facts of a handshake is left. */
export function attemptOf(held: Handshake | HandshakeFacts | undefined): Handshake | undefined {
  // A member of its own: somebody may have added a `request` to `Object.prototype`.
  return held && Object.hasOwn(held, 'request') ? (held as Handshake) : undefined;
}
