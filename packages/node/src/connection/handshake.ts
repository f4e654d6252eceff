import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Peer } from '@closespan/core';
import type { CloseFacts } from '@closespan/core/platform';

/** The handshake of a client of `ws` that has neither succeeded nor failed yet. */
export interface Handshake {
  /** The request for the upgrade; after redirects, the last one. */
  request: ClientRequest & { res?: IncomingMessage | null };
  /** The error that the request failed with; `undefined` while it has not failed. */
  error: NodeJS.ErrnoException | undefined;
  /** The server's address and port; `undefined` until the server responded or could not be reached. */
  peer: Peer | undefined;
}

/** Facts that a finished handshake leaves about its connection; absent members are not known or not recorded. */
export type HandshakeFacts = Partial<
  Pick<CloseFacts, 'url' | 'template' | 'peer' | 'clientAddress' | 'origin'>
>;
