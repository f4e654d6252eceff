import { context, propagation } from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { SocketObserver } from '../observe/observe-socket.ts';
import type { WebSocketLike } from '../observe/web-socket-like.ts';
import type { Construct } from '../observe/wrap-global.ts';
import { type CarriedContext, takeFromUrl } from '../record/carried-context.ts';
import { isIgnored } from '../record/ignore-urls.ts';
import { randomHex } from '../record/random-hex.ts';
import { createTargetCheck, type Target } from './target.ts';

/** Carries the connection's id and the active context in handshakes whose headers cannot be set. */
export interface Carrier {
  /** Makes what makes each socket, with arguments changed where it carries something, and then has the socket observed. */
  carry(observer: SocketObserver, ignoreUrls?: readonly (string | RegExp)[]): Construct<WebSocketLike>;
}

/** Changes the arguments of `new WebSocket(url)` in place; says whether it did. */
type Put = (args: unknown[], url: URL, carried: CarriedContext) => boolean;

/** Where a carrier carries to. */
export interface CarrierOptions {
  /**
   * Other places than the page's own origin: origins such as `wss://chat.example.com`, and expressions that match a URL
   * without its query.
   * @defaultValue none
   */
  readonly propagateTo?: readonly Target[];
}

/** @throws TypeError for a wrong option */
export function createCarrier({ propagateTo = [] }: CarrierOptions, put: Put): Carrier {
  const isTarget = createTargetCheck(propagateTo);

  /** What is known of the socket that is made next; `undefined` when nothing is carried. */
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

/** As the constructor reads its first argument (WHATWG WebSockets § The WebSocket interface); `undefined`: it throws. */
function urlOf(argument: unknown): URL | undefined {
  if (typeof argument !== 'string' && !(argument instanceof URL)) return undefined;
  const { document, location } = globalThis;
  try {
    // An app that connects again may do so to the `url` of its last socket.
    const url = new URL(takeFromUrl(String(argument)).rest, document?.baseURI ?? location?.href);
    url.protocol = url.protocol.replace('http', 'ws');
    return url;
  } catch {
    return undefined;
  }
}

function activeTraceparent(): string | undefined {
  const fields: { traceparent?: string } = {};
  propagation.inject(context.active(), fields);
  return fields.traceparent;
}
