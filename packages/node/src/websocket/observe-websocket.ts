import type { Socket } from 'node:net';
import { guard, type Recorder } from '@closespan/core/platform';
import type { WsConnection } from '../connection/compact-connection.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import type { UpgradeAcceptor } from '../upgrades/accepted-upgrades.ts';
import { createClientsObserver } from './observe-clients.ts';
import { createConnectionsObserver } from './observe-connections.ts';
import { observeRequests } from './observe-requests.ts';

/** A connection that is being made over a TCP socket; `null` for one to ignore. */
export interface Opening {
  readonly socket: Socket;
  readonly connection: WsConnection | null;
}

/** Observes the package `websocket`, which has an implementation of its own. */
export interface WebsocketObserver {
  /** Patches a class if it is one of the package's, once. */
  patch(prototype: object, name: unknown): void;
  /** Whether an object is a socket that is observed. */
  has(socket: object): boolean;
  /** Records what is open, when the process ends. */
  closeAll(): void;
  unpatch(): void;
}

/** What is called. */
interface WebsocketEvents {
  /** A class of connections is found. */
  found(): void;
  /** A connection opens. */
  opened(): void;
}

/** Makes an observer of every copy of the package. */
export function createWebsocketObserver(
  recorder: Recorder,
  options: NodeWebSocketOptions,
  acceptor: UpgradeAcceptor,
  { found, opened }: WebsocketEvents,
): WebsocketObserver {
  let opening: Opening | undefined;
  const connections = createConnectionsObserver(
    recorder,
    (socket) => {
      if (opening?.socket !== socket) return undefined;
      const { connection } = opening;
      opening = undefined;
      return connection;
    },
    opened,
  );
  const clients = createClientsObserver(recorder, options, open);
  const patched = new Set<object>();
  const sockets: object[] = [];
  const undo: (() => void)[] = [connections.unpatch, clients.unpatch];

  function open(made: Opening, run: () => unknown): unknown {
    opening = made;
    try {
      const connection = run();
      if (typeof connection === 'object' && connection) {
        guard('websocket', () => connections.hold(connection), undefined);
      }
      return connection;
    } finally {
      opening = undefined;
    }
  }

  return {
    patch(prototype, name) {
      if (patched.has(prototype)) return;
      patched.add(prototype);
      const owns = (...methods: string[]) => methods.every((method) => Object.hasOwn(prototype, method));
      if (owns('sendCloseFrame', 'clearCloseTimer', '_addSocketEventListeners')) {
        connections.patch(prototype);
        found();
      }
      if (owns('connect', 'succeedHandshake')) clients.patchClient(prototype);
      if (owns('readHandshake', 'accept')) undo.push(observeRequests(prototype, acceptor, open));
      if (name === 'W3CWebSocket') {
        sockets.push(prototype);
        clients.patchW3c(prototype);
      }
    },
    has: (socket) => sockets.some((prototype) => Object.prototype.isPrototypeOf.call(prototype, socket)),
    closeAll: connections.closeAll,
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}
