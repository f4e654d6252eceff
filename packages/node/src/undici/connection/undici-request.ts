/** A request of undici, as the channels of undici publish it. */
export interface UndiciRequest {
  readonly origin: string;
  /** Path and query; the whole URL where the origin is a proxy that is not asked for a tunnel (RFC 9112 §3.2.2). */
  readonly path: string;
  /** Host name for TLS, where it differs from the host of the origin. */
  readonly servername?: string | null | undefined;
  /** `websocket` for a WebSocket. */
  readonly upgrade: string | null;
  /** Names and values in turn. */
  readonly headers: readonly unknown[];
}

/** Matches an IP address that is the host of a URL. */
const ADDRESS = /(?<=^wss?:\/\/)([\d.]+|\[[^\]]+\])(?=[:/]|$)/;

/**
 * Reconstructs the URL that the app gave, in the form that `requestedUrl` returns. undici's DNS interceptor puts an
 * address in place of the host's name, and the name is put back. A request to an address for which the app sets `Host`
 * cannot be told apart, and gets that name, too.
 */
export function urlOf(request: UndiciRequest): string {
  const { path, servername } = request;
  const url = sentUrlOf(request);
  // The name is the proxy's where the path is a whole URL.
  return servername && path.startsWith('/') ? url.replace(ADDRESS, servername) : url;
}

/** Makes the URL to which a request goes. undici turns `ws:` into `http:`, and this function turns it back. */
export function sentUrlOf({ origin, path }: UndiciRequest): string {
  const url = path.startsWith('/') ? origin + path : path;
  return url.replace(/^http/, 'ws').replace(/\?$/, '');
}

/**
 * Brings the `url` of a socket into the form that its request shows: without user info and fragment. A `?` at the end is
 * removed, since some versions of undici drop it.
 */
export function requestedUrl(url: string): string {
  if (!/[@#]|\?$/.test(url)) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search}`;
}

/**
 * Finds the `Sec-WebSocket-Key` of a request, which stays equal when undici tries a handshake again. The name is matched
 * in any case, since an app may make such a request itself.
 * @returns the request itself where it has no such header
 */
export function keyOf(request: UndiciRequest): unknown {
  const { headers } = request;
  for (let index = 0; index < headers.length; index += 2) {
    if (String(headers[index]).toLowerCase() === 'sec-websocket-key') return headers[index + 1];
  }
  return request;
}
