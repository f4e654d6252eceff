import type { IncomingMessage } from 'node:http';
import { isIgnored, now, patchBefore, patchMethod, takeFromUrl } from '@closespan/core';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { createCarriedContexts } from '../propagation/carried-contexts.ts';
import { extractContext } from '../propagation/extract-context.ts';
import { createPrivateSlot } from './private-slot.ts';
import { WsConnection } from './ws-connection.ts';

/** Observes the connections that `ws` servers accept. */
export interface WsServerObserver {
  /** Patches a server class's prototype in place, once. */
  patch(prototype: object): void;
  /** The connection whose upgrade is being completed, `null` for one to ignore; asked when its socket opens. */
  take(): WsConnection | null | undefined;
  unpatch(): void;
}

type Request = IncomingMessage & { socket: IncomingMessage['socket'] & { encrypted?: boolean } };

/** Makes an observer of upgrades: `ws` completes each in one call, inside which the socket is made and opened. */
export function createWsServerObserver({ ignoreUrls, carriers }: NodeWebSocketOptions): WsServerObserver {
  const startedAt = createPrivateSlot<number>();
  const prototypes = new Set<object>();
  const undo: (() => void)[] = [];
  const carriedContexts = createCarriedContexts(carriers);
  const intern = createInterner();
  let upgrade: Request | undefined;

  return {
    patch(prototype) {
      if (prototypes.has(prototype)) return;
      prototypes.add(prototype);
      undo.push(
        patchBefore(prototype, 'handleUpgrade', (_self, [request]) => {
          startedAt.set(request as Request, now());
          carriedContexts.take(request as Request);
          return undefined;
        }),
        patchMethod(prototype, 'completeUpgrade', (original, _self, args) => {
          // The last four are the same in `ws` 7 and 8: request, socket, head, callback.
          upgrade = args.at(-4) as Request;
          try {
            return original(...args);
          } finally {
            upgrade = undefined;
          }
        }),
      );
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
