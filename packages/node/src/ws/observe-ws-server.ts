import { guard, patchBefore, patchMethod } from '@closespan/core/platform';
import type { WsConnection } from '../connection/compact-connection.ts';
import type { UpgradeAcceptor } from '../upgrades/accepted-upgrades.ts';
import type { UpgradeRequest, UpgradeSocket } from '../upgrades/upgrade-facts.ts';
import type { WsObserver } from './observe-ws.ts';
import { serverPrototypeOf, socketPrototypeOf } from './ws-classes.ts';

/** Observes the connections that `ws` servers accept. */
export interface WsServerObserver {
  /** Patches a server class's prototype in place, once. */
  patch(prototype: object): void;
  /**
   * Observes a server of a class that could not be found.
   * @returns false for what is no server of `ws`
   */
  adopt(server: object): boolean;
  /** The connection whose upgrade is being completed, `null` for one to ignore; asked when its socket opens. */
  take(): WsConnection | null | undefined;
  unpatch(): void;
}

/** The members of a `ws` server that are read; private ones are not in its types. */
interface WsServer {
  readonly clients?: Iterable<object>;
  /** `WebSocket` is the class of its sockets: not told by `ws` 7. */
  readonly options?: { readonly WebSocket?: { readonly prototype: unknown } };
}

type Accepted = (socket: object, request: unknown) => void;

/**
 * Makes an observer of upgrades: `ws` completes each in one call, inside which the socket is made and opened.
 * @param sockets the observer of what servers make
 */
export function createWsServerObserver(
  { arrive, accept }: UpgradeAcceptor,
  sockets: () => Pick<WsObserver, 'patch' | 'adopt' | 'adoptAccepted'>,
): WsServerObserver {
  const prototypes = new Set<object>();
  const undo: (() => void)[] = [];
  let upgrade: UpgradeRequest | undefined;
  let tcp: UpgradeSocket | undefined;

  function completeUpgrade(original: (...args: unknown[]) => unknown, server: WsServer, args: unknown[]) {
    // The last four are the same in `ws` 7 and 8: request, socket, head, callback.
    const request = args.at(-4) as UpgradeRequest;
    upgrade = request;
    tcp = args.at(-3) as UpgradeSocket;
    try {
      if (server.options?.WebSocket) return original(...args);
      return original(...args.slice(0, -1), (socket: object, accepted: unknown) => {
        if (upgrade === request) guard('ws', () => sockets().adoptAccepted(socket), undefined);
        (args.at(-1) as Accepted)(socket, accepted);
      });
    } finally {
      upgrade = undefined;
      tcp = undefined;
    }
  }

  function patch(prototype: object): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    undo.push(
      patchBefore(prototype, 'handleUpgrade', (_self, [request, socket]) => {
        arrive(request as UpgradeRequest, socket as UpgradeSocket);
        return undefined;
      }),
      patchMethod(prototype, 'completeUpgrade', completeUpgrade),
    );
  }

  return {
    patch,
    adopt(server) {
      const prototype = serverPrototypeOf(server);
      if (!prototype) return false;
      patch(prototype);
      const { options: made, clients = [] } = server as WsServer;
      const socketPrototype = socketPrototypeOf(made?.WebSocket?.prototype);
      if (socketPrototype) sockets().patch(socketPrototype);
      for (const socket of clients) sockets().adopt(socket);
      return true;
    },
    take() {
      if (!upgrade) return undefined;
      const request = upgrade;
      upgrade = undefined;
      return accept(request, tcp);
    },
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}
