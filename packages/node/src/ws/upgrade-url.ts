import type { IncomingMessage } from 'node:http';
import { takeFromUrl } from '@closespan/core';

/** A request to become a WebSocket. */
export type UpgradeRequest = IncomingMessage & {
  socket: IncomingMessage['socket'] & { encrypted?: boolean };
};

/** Where the server was reached, by the client's `Host` (RFC 6455 §4.1), without what a client carries there for us. */
export function upgradeUrl({ headers, url, socket }: UpgradeRequest): string {
  const { host = `${socket.localAddress}:${socket.localPort}` } = headers;
  return takeFromUrl(`${socket.encrypted ? 'wss' : 'ws'}://${host}${url}`).rest;
}
