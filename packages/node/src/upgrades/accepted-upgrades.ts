import { isIgnored } from '@closespan/core/platform';
import { WsConnection } from '../connection/compact-connection.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { createCarriedContexts } from '../propagation/carried-contexts.ts';
import { extractContext } from '../propagation/extract-context.ts';
import type { UpgradeObserver } from './observe-upgrades.ts';
import { createUpgradeReader, type UpgradeRequest, type UpgradeSocket, upgradeUrl } from './upgrade-facts.ts';

/** What a server of any library does with a request for an upgrade. */
export interface UpgradeAcceptor {
  /** It got the request, and nobody has looked at the subprotocols there yet. */
  arrive(request: UpgradeRequest, socket: UpgradeSocket): void;
  /** It accepts the request: begins to hold the connection, `null` for one to ignore. */
  accept(request: UpgradeRequest, socket: UpgradeSocket | undefined): WsConnection | null;
}

/** Makes what begins to hold the connections that servers accept. */
export function createUpgradeAcceptor(
  options: NodeWebSocketOptions,
  upgrades: Pick<UpgradeObserver, 'arrive' | 'arrivedAt'>,
): UpgradeAcceptor {
  const carriedContexts = createCarriedContexts(options.carriers);
  const factsOf = createUpgradeReader(options);
  return {
    arrive(request, socket) {
      upgrades.arrive(request, socket);
      carriedContexts.take(request);
    },
    accept(request, socket) {
      const carried = carriedContexts.of(request);
      const url = upgradeUrl(request, socket);
      if (isIgnored(url, options.ignoreUrls)) return null;
      const active = extractContext(request.headers, carried);
      const connection = new WsConnection(active, upgrades.arrivedAt(request), factsOf(request, socket, url));
      if (carried) connection.connectionId = carried.connectionId;
      else connection.key = request.headers['sec-websocket-key'];
      return connection;
    },
  };
}
