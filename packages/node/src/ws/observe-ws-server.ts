import type { IncomingMessage } from 'node:http';
import { guard, isIgnored, now, patchBefore, patchMethod, takeFromUrl } from '@closespan/core';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { createCarriedContexts } from '../propagation/carried-contexts.ts';
import { extractContext } from '../propagation/extract-context.ts';
import { serverPrototypeOf, socketPrototypeOf } from './find-ws.ts';
import type { WsObserver } from './observe-ws.ts';
import { createPrivateSlot } from './private-slot.ts';
import { WsConnection } from './ws-connection.ts';

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

type Request = IncomingMessage & { socket: IncomingMessage['socket'] & { encrypted?: boolean } };
type Accepted = (socket: object, request: unknown) => void;

/**
 * Makes an observer of upgrades: `ws` completes each in one call, inside which the socket is made and opened.
 * @param sockets the observer of what servers make
 */
export function createWsServerObserver(
  { ignoreUrls, carriers }: NodeWebSocketOptions,
  sockets: () => Pick<WsObserver, 'patch' | 'adopt' | 'adoptAccepted'>,
): WsServerObserver {
  const startedAt = createPrivateSlot<number>();
  const prototypes = new Set<object>();
  const undo: (() => void)[] = [];
  const carriedContexts = createCarriedContexts(carriers);
  const intern = createInterner();
  let upgrade: Request | undefined;

  function completeUpgrade(original: (...args: unknown[]) => unknown, server: WsServer, args: unknown[]) {
    // The last four are the same in `ws` 7 and 8: request, socket, head, callback.
    const request = args.at(-4) as Request;
    upgrade = request;
    try {
      if (server.options?.WebSocket) return original(...args);
      return original(...args.slice(0, -1), (socket: object, accepted: unknown) => {
        if (upgrade === request) guard('ws', () => sockets().adoptAccepted(socket), undefined);
        (args.at(-1) as Accepted)(socket, accepted);
      });
    } finally {
      upgrade = undefined;
    }
  }

  function patch(prototype: object): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    undo.push(
      patchBefore(prototype, 'handleUpgrade', (_self, [request]) => {
        startedAt.set(request as Request, now());
        carriedContexts.take(request as Request);
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
      const { options, clients = [] } = server as WsServer;
      const socketPrototype = socketPrototypeOf(options?.WebSocket?.prototype);
      if (socketPrototype) sockets().patch(socketPrototype);
      for (const socket of clients) sockets().adopt(socket);
      return true;
    },
    take() {
      if (!upgrade) return undefined;
      const request = upgrade;
      upgrade = undefined;
      const carried = carriedContexts.of(request);
      const url = takeFromUrl(urlOf(request)).rest;
      if (isIgnored(url, ignoreUrls)) return null;
      const active = extractContext(request.headers, carried);
      const connection = new WsConnection(active, startedAt.get(request), intern(url));
      if (carried) connection.connectionId = carried.connectionId;
      else connection.key = request.headers['sec-websocket-key'];
      return connection;
    },
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}
/** Where the server was reached, by the client's `Host` (RFC 6455 §4.1). The query goes once it was matched. */
function urlOf({ headers, url, socket }: Request): string {
  const { host = `${socket.localAddress}:${socket.localPort}` } = headers;
  return `${socket.encrypted ? 'wss' : 'ws'}://${host}${url}`;
}

const INTERNED = 256;

/** Connections to one place share one string, without the query. */
function createInterner(): (url: string) => string {
  const strings = new Map<string, string>();
  return (url) => {
    const key = url.split('?', 1)[0] as string;
    const known = strings.get(key);
    if (known !== undefined) return known;
    if (strings.size >= INTERNED) strings.clear();
    strings.set(key, key);
    return key;
  };
}
