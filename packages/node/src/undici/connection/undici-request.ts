/** A request of undici, as its channels publish it. */
export interface UndiciRequest {
  readonly origin: string;
  /** A whole URL where the origin is a proxy that is not asked for a tunnel (RFC 9112 §3.2.2). */
  readonly path: string;
  /** The name for TLS where it is not the origin's. */
  readonly servername?: string | null | undefined;
  readonly upgrade: string | null;
  /** Names and values by turns. */
  readonly headers: readonly unknown[];
}

/** An address as the host. */
const ADDRESS = /(?<=^wss?:\/\/)([\d.]+|\[[^\]]+\])(?=[:/]|$)/;

/**
 * The URL that the app gave, as `requestedUrl` has it. undici's DNS interceptor puts an address in place of the name; a
 * request to an address with a `Host` of the app's looks the same, and has that name here.
 */
export function urlOf(request: UndiciRequest): string {
  const { path, servername } = request;
  const url = sentUrlOf(request);
  // The name is the proxy's where the path is a whole URL.
  return servername && path.startsWith('/') ? url.replace(ADDRESS, servername) : url;
}

/** The URL to which a request goes: undici turns `ws:` into `http:`. */
export function sentUrlOf({ origin, path }: UndiciRequest): string {
  const url = path.startsWith('/') ? origin + path : path;
  return url.replace(/^http/, 'ws').replace(/\?$/, '');
}

/** A socket's `url` without user info and fragment, as in its request, and without a lone `?`, which some versions drop. */
export function requestedUrl(url: string): string {
  if (!/[@#]|\?$/.test(url)) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search}`;
}

/**
 * The `Sec-WebSocket-Key`, which a handshake keeps that is tried again. A request of the app's own making may spell it
 * in its way; one without is its own key.
 */
export function keyOf(request: UndiciRequest): unknown {
  const { headers } = request;
  for (let index = 0; index < headers.length; index += 2) {
    if (String(headers[index]).toLowerCase() === 'sec-websocket-key') return headers[index + 1];
  }
  return request;
}
