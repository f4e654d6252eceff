/** A request of undici, as undici's diagnostics channels publish the request. */
export interface UndiciRequest {
  readonly origin: string;
  /**
   * Path and query of the request. If the request goes to a proxy without a tunnel, this is the whole URL (RFC 9112
   * §3.2.2).
   */
  readonly path: string;
  /** Host name for TLS, if that name differs from the host of the origin. */
  readonly servername?: string | null | undefined;
  /** Protocol that the request asks to upgrade to: `websocket` for a WebSocket. */
  readonly upgrade: string | null;
  /** Names and values of the headers, one after the other. */
  readonly headers: readonly unknown[];
}

/** Matches an IP address that is the host of a `ws:` or `wss:` URL. */
const ADDRESS = /(?<=^wss?:\/\/)([\d.]+|\[[^\]]+\])(?=[:/]|$)/;

/**
 * Reconstructs the URL that the app gave, in the form that `requestedUrl` returns. undici's DNS interceptor replaces
 * the name of the host by an address; this function restores the name. If the app itself connects to an address and
 * sets `Host`, the request looks equal and gets that name, too.
 */
export function urlOf(request: UndiciRequest): string {
  const { path, servername } = request;
  const url = sentUrlOf(request);
  // The name is the proxy's where the path is a whole URL.
  return servername && path.startsWith('/') ? url.replace(ADDRESS, servername) : url;
}

/**
 * Builds the URL to which a request is sent. undici turns `ws:` into `http:`, and this function turns `http:` back into
 * `ws:`. An empty query is removed, since some versions of undici drop it.
 */
export function sentUrlOf({ origin, path }: UndiciRequest): string {
  const url = path.startsWith('/') ? origin + path : path;
  return url.replace(/^http/, 'ws').replace(/^([^?]*)\?$/, '$1');
}

/**
 * Converts the `url` of a socket to the form that its request has: without user info, fragment and empty query.
 */
export function requestedUrl(url: string): string {
  if (!/[@#]|\?$/.test(url)) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search}`;
}

/**
 * Finds the `Sec-WebSocket-Key` of a request. The key stays equal when undici tries a handshake again. Upper and lower
 * case of the header's name do not matter, since an app may make such a request itself.
 * @returns the request itself if there is no such header
 */
export function keyOf(request: UndiciRequest): unknown {
  return headerOf(request, 'sec-websocket-key') ?? request;
}

/**
 * Says whether the app has made a request by itself, for example with `upgrade()`. The requests of undici's own
 * WebSockets are made by `fetch`, which adds `Accept-Language` to each request. A request of the app that has this
 * header, too, is taken for one of undici.
 */
export function isOfApp(request: UndiciRequest): boolean {
  return headerOf(request, 'accept-language') === undefined;
}

function headerOf({ headers }: UndiciRequest, name: string): unknown {
  for (let index = 0; index < headers.length; index += 2) {
    if (String(headers[index]).toLowerCase() === name) return headers[index + 1];
  }
  return undefined;
}
