import { guard } from '../guard.ts';
import type { SocketObserver } from '../observe/observe-socket.ts';
import type { WebSocketLike } from '../observe/web-socket-like.ts';
import { type Construct, observeNew } from '../observe/wrap-global.ts';
import { type CarriedContext, takeFromUrl } from '../record/carried-context.ts';
import { isIgnored } from '../record/ignore-urls.ts';
import { randomHex } from '../record/random-hex.ts';
import { injectContext } from '../registered-api.ts';
import { createTargetCheck, type Target } from './target.ts';

/**
 * Carries the connection's id and the active trace context to a server. A page cannot set headers of a handshake, so a
 * carrier uses the URL or the subprotocols. `queryCarrier()` and `subprotocolCarrier()` make carriers.
 */
export interface Carrier {
  /**
   * Returns a function that constructs sockets. If the carrier carries something, the function changes the arguments
   * and has the new socket observed.
   */
  carry(observer: SocketObserver, ignoreUrls?: readonly (string | RegExp)[]): Construct<WebSocketLike>;
}

/**
 * Changes the arguments of `new WebSocket(url)` in place, so that they carry the identifiers. Returns whether the
 * arguments were changed.
 */
type Put = (args: unknown[], url: URL, carried: CarriedContext) => boolean;

/** Options of a carrier, which carries the connection's id and trace context in a handshake. */
export interface CarrierOptions {
  /**
   * Servers to which the carrier carries, in addition to the page's origin. An item is an origin such as
   * `wss://chat.example.com`, or a regular expression that matches a URL without its query.
   * @defaultValue none: only the page's origin
   */
  readonly propagateTo?: readonly Target[];
}

/**
 * Makes a carrier, which carries the connection's id and trace context in a handshake.
 * @throws TypeError for an invalid option
 */
export function createCarrier({ propagateTo = [] }: CarrierOptions, put: Put): Carrier {
  const isTarget = createTargetCheck(propagateTo);

  /**
   * Adds the id and the trace context to the arguments of a constructor. Returns facts about the new socket, or
   * `undefined` if nothing is carried.
   */
  function change(args: unknown[], ignoreUrls: readonly (string | RegExp)[] | undefined) {
    const url = urlOf(args[0]);
    if (!url || !isTarget(url) || isIgnored(url.href, ignoreUrls)) return undefined;
    const info = { url: url.href, connectionId: randomHex(8) };
    const { connectionId } = info;
    return put(args, url, { connectionId, traceparent: activeTraceparent() }) ? info : undefined;
  }

  return {
    carry: (observer, ignoreUrls) => (target, args, newTarget) => {
      const info = guard('carrier', () => change(args, ignoreUrls));
      const socket = Reflect.construct(target, args, newTarget);
      if (info) observeNew(target, socket, (made) => observer.observe(made, info));
      return socket;
    },
  };
}

/**
 * Parses the first argument of the constructor `WebSocket` (WHATWG WebSockets § The WebSocket interface). Returns
 * `undefined` if the argument is not a URL.
 */
function urlOf(argument: unknown): URL | undefined {
  if (typeof argument !== 'string' && !(argument instanceof URL)) return undefined;
  const { document, location } = globalThis;
  try {
    // An app that reconnects may pass the `url` of its last socket, which carries already.
    const url = new URL(takeFromUrl(String(argument)).rest, document?.baseURI ?? location?.href);
    url.protocol = url.protocol.replace('http', 'ws');
    return url;
  } catch {
    return undefined;
  }
}

function activeTraceparent(): string | undefined {
  const fields: Record<string, string> = {};
  injectContext(fields);
  return fields['traceparent'];
}
