import { stopAll } from '@closespan/core/platform';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { ownValueOf } from '../runtime/own-value.ts';
import { onceAClass } from '../runtime/watch-modules.ts';
import { observeClients, type W3cSocket } from './observe-clients.ts';
import { observeConnections } from './observe-connections.ts';
import { observeRequests } from './observe-requests.ts';
import type { Opening } from './opening.ts';

/** Starts to observe every copy of the package `websocket`. This package is not built on `ws`. */
export function observeWebsocket(tools: LibraryTools): LibraryObserver {
  const { upgrades, foundLibrary } = tools;
  let opening: Opening | undefined;
  const connections = observeConnections(tools, (socket) => {
    if (opening?.socket !== socket) return undefined;
    const taken = opening;
    opening = undefined;
    return taken;
  });
  const clients = observeClients(tools, noteOpening);
  const prototypes = new Set<object>();
  const w3cPrototypes: object[] = [];
  const stops: (() => void)[] = [connections.stop, clients.stop];

  function noteOpening(made: Opening) {
    opening = made;
    return (connection: unknown) => {
      try {
        if (typeof connection === 'object' && connection) connections.track(connection);
      } finally {
        opening = undefined;
      }
    };
  }

  function observeClass(prototype: object, name: unknown): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    const has = (...methods: string[]) => methods.every((method) => Object.hasOwn(prototype, method));
    if (has('sendCloseFrame', 'clearCloseTimer', '_addSocketEventListeners')) {
      connections.observeClass(prototype);
      foundLibrary();
    }
    if (has('connect', 'succeedHandshake')) clients.observeClientClass(prototype);
    if (has('readHandshake', 'accept'))
      stops.push(observeRequests(prototype, upgrades, tools.claims, noteOpening));
    if (name === 'W3CWebSocket') {
      w3cPrototypes.push(prototype);
      clients.observeW3cClass(prototype);
    }
  }

  function isW3cSocket(socket: object): boolean {
    return w3cPrototypes.some((prototype) => Object.prototype.isPrototypeOf.call(prototype, socket));
  }

  return {
    // A `w3cwebsocket` is observed from its construction on, through its client.
    observe: isW3cSocket,
    connectionOf(socket) {
      const { _connection, _client = socket } = isW3cSocket(socket) ? (socket as Partial<W3cSocket>) : {};
      return connections.connectionOf(_connection ?? socket) ?? clients.connectionOf(_client);
    },
    seeModule: onceAClass((exported, prototype) => observeClass(prototype, ownValueOf(exported, 'name'))),
    open: connections.open,
    recordOpen: connections.recordOpen,
    stop: () => stopAll(stops),
  };
}
