import { guard, patchAround, patchBefore, stopAll } from '@closespan/core/platform';
import type { CompactConnection } from '../connection/compact-connection.ts';
import type { StreamClaims } from '../connection/stream-claims.ts';
import type { AcceptedUpgrades } from '../upgrades/accepted-upgrades.ts';
import type { UpgradeRequest, UpgradeSocket } from '../upgrades/upgrade-facts.ts';
import type { WsSocketsObserver } from './observe-ws-sockets.ts';
import { serverPrototypeOf, socketPrototypeOf } from './ws-classes.ts';

/** Observes the connections that `ws` servers accept. */
export interface WsServersObserver {
  /** Patches the prototype of a `ws` server class in place. A second call for the same prototype does nothing. */
  observeClass(prototype: object): void;
  /**
   * Observes a server whose class closespan has not found, and every later server of that class.
   * @returns `false` if the object is no server of `ws`
   */
  observe(server: object): boolean;
  /**
   * Returns the connection that a `ws` server is accepting now, inside its method `completeUpgrade`. Each connection is
   * returned once.
   * @returns `null` if the URL of the connection is ignored; `undefined` if no server is accepting a connection
   */
  takeAccepted(): CompactConnection | null | undefined;
  stop(): void;
}

/** Members of a `ws` server that closespan reads. The types of `ws` do not declare the private members. */
interface WsServer {
  readonly clients?: Iterable<object>;
  /** Options of the server. The option `WebSocket` is the class of the server's sockets; `ws` 7 lacks this option. */
  readonly options?: { readonly WebSocket?: { readonly prototype: unknown } };
}

type Accepted = (socket: object, request: unknown) => void;

/**
 * Makes an observer of `ws` servers. `ws` completes each upgrade in one call of `completeUpgrade`, which makes and
 * opens the socket.
 * @param sockets returns the observer of the sockets that servers make
 */
export function observeWsServers(
  { noteArrival, noteAccepted }: AcceptedUpgrades,
  { accepting }: Pick<StreamClaims, 'accepting'>,
  sockets: () => Pick<WsSocketsObserver, 'observeClass' | 'observe' | 'observeAccepted'>,
): WsServersObserver {
  const prototypes = new Set<object>();
  const stops: ((() => void) | undefined)[] = [];
  let upgrade: UpgradeRequest | undefined;
  let tcp: UpgradeSocket | undefined;

  function noteUpgrade(server: WsServer, args: unknown[]): () => void {
    // In `ws` 7 and 8 the last four arguments are: request, socket, head, callback.
    const request = args.at(-4) as UpgradeRequest;
    upgrade = request;
    tcp = args.at(-3) as UpgradeSocket;
    const endAccepting = accepting(tcp);
    const onAccepted = args.at(-1) as Accepted;
    if (!server.options?.WebSocket) {
      args[args.length - 1] = (socket: object, accepted: unknown) => {
        if (upgrade === request) guard('ws', () => sockets().observeAccepted(socket), undefined);
        onAccepted(socket, accepted);
      };
    }
    return () => {
      endAccepting();
      upgrade = undefined;
      tcp = undefined;
    };
  }

  function observeClass(prototype: object): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    stops.push(
      patchBefore(prototype, 'handleUpgrade', (_self, [request, socket]) => {
        noteArrival(request as UpgradeRequest, socket as UpgradeSocket);
        return undefined;
      }),
      patchAround(prototype, 'completeUpgrade', noteUpgrade),
    );
  }

  return {
    observeClass,
    observe(server) {
      const prototype = serverPrototypeOf(server);
      if (!prototype) return false;
      observeClass(prototype);
      const { options: serverOptions, clients = [] } = server as WsServer;
      const socketPrototype = socketPrototypeOf(serverOptions?.WebSocket?.prototype);
      if (socketPrototype) sockets().observeClass(socketPrototype);
      for (const socket of clients) sockets().observe(socket);
      return true;
    },
    takeAccepted() {
      if (!upgrade) return undefined;
      const request = upgrade;
      upgrade = undefined;
      return noteAccepted(request, tcp);
    },
    stop: () => stopAll(stops),
  };
}
