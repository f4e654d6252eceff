import { isIgnored } from '@closespan/core/platform';
import { CompactConnection } from '../connection/compact-connection.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { extractContext } from '../propagation/extract-context.ts';
import type { UpgradeObserver } from './observe-upgrades.ts';
import {
  createUpgradeFactsReader,
  type UpgradeRequest,
  type UpgradeSocket,
  upgradeUrl,
} from './upgrade-facts.ts';

/** Follows upgrade requests from their arrival until a server of any library accepts them. */
export interface AcceptedUpgrades {
  /** Notes that an upgrade request has arrived. Call this method before other code reads the request's subprotocols. */
  noteArrival(request: UpgradeRequest, socket: UpgradeSocket): void;
  /**
   * Notes that a server accepts an upgrade request.
   * @returns the connection to track from now on; `null` if the request's URL is ignored
   */
  noteAccepted(request: UpgradeRequest, socket: UpgradeSocket | undefined): CompactConnection | null;
}

/** Makes an object that follows upgrade requests. The observers of all server libraries share this object. */
export function createAcceptedUpgrades(
  options: NodeWebSocketOptions,
  upgrades: Pick<UpgradeObserver, 'carriedContexts' | 'noteArrival' | 'arrivedAt'>,
): AcceptedUpgrades {
  const { carriedContexts } = upgrades;
  const factsOf = createUpgradeFactsReader(options);
  return {
    noteArrival(request, socket) {
      upgrades.noteArrival(request, socket);
      carriedContexts.take(request);
    },
    noteAccepted(request, socket) {
      const carried = carriedContexts.peek(request);
      const url = upgradeUrl(request, socket);
      if (isIgnored(url, options.ignoreUrls)) return null;
      const active = extractContext(request.headers, carried);
      const connection = new CompactConnection(
        active,
        upgrades.arrivedAt(request),
        factsOf(request, socket, url),
      );
      if (carried) connection.connectionId = carried.connectionId;
      else connection.key = request.headers['sec-websocket-key'];
      return connection;
    },
  };
}
