import { guard } from '../guard.ts';
import type { SocketObserver } from '../observe/observe-socket.ts';
import type { WebSocketLike } from '../observe/web-socket-like.ts';
import type { Construct } from '../observe/wrap-global.ts';
import { type CarriedContext, takeFromUrl } from '../record/carried-context.ts';
import { isIgnored } from '../record/ignore-urls.ts';
import { randomHex } from '../record/random-hex.ts';
import { injectContext } from '../registered-api.ts';
import { createTargetCheck, type Target } from './target.ts';

/**
 * Carries the connection's id and the active context to a server, in handshakes whose headers a page cannot set. Made
 * by `queryCarrier()` or `subprotocolCarrier()`.
 */
export interface Carrier {
  /**
   * Returns a constructor of sockets: it changes the arguments where it carries something, and has the socket observed.
   */
  carry(observer: SocketObserver, ignoreUrls?: readonly (string | RegExp)[]): Construct<WebSocketLike>;
}

/** Changes the arguments of `new WebSocket(url)` in place, and returns whether it has. */
type Put = (args: unknown[], url: URL, carried: CarriedContext) => boolean;

/** Options of a carrier. */
export interface CarrierOptions {
  /**
   * Servers beyond the page's origin that the carrier carries to: origins such as `wss://chat.example.com`, and
   * expressions that match a URL without its query.
   * @defaultValue none: the page's origin alone
   */
  readonly propagateTo?: readonly Target[];
}

/**
 * Makes a carrier.
 * @throws TypeError for a wrong option
 */
export function createCarrier({ propagateTo = [] }: CarrierOptions, put: Put): Carrier {
  const isTarget = createTargetCheck(propagateTo);

  /**
   * Puts id and context into the arguments. Returns facts of the socket to be made; `undefined` when it carries
   * nothing.
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
      if (info) guard('observation', () => observer.observe(socket, info));
      return socket;
    },
  };
}

/**
 * Parses the first argument of the constructor (WHATWG WebSockets § The WebSocket interface). Returns `undefined` where
 * the constructor will throw.
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
