/** A request of undici, as its channels publish it. */
export interface UndiciRequest {
  readonly origin: string;
  /** A whole URL where the origin is a proxy that is not asked for a tunnel (RFC 9112 §3.2.2). */
  readonly path: string;
  readonly upgrade: string | null;
  /** Names and values by turns. */
  readonly headers: readonly unknown[];
}

/** The URL that the app gave, as `requestedUrl` has it: undici turns `ws:` into `http:`. */
export function urlOf({ origin, path }: UndiciRequest): string {
  const url = path.startsWith('/') ? origin + path : path;
  return url.replace(/^http/, 'ws').replace(/\?$/, '');
}

/** A socket's `url` without user info and fragment, as in its request, and without a lone `?`, which some versions drop. */
export function requestedUrl(url: string): string {
  if (!/[@#]|\?$/.test(url)) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search}`;
}

/** The `Sec-WebSocket-Key`; a handshake that is tried again keeps it. */
export function keyOf({ headers }: UndiciRequest): unknown {
  return headers[headers.indexOf('sec-websocket-key') + 1];
}
