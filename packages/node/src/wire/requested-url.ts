import type { ClientRequest } from 'node:http';

/** Returns the URL that a request asks for, as the client of a WebSocket writes it. */
export function requestedUrl(request: ClientRequest): string {
  // An agent for a proxy makes the target a whole URL (RFC 9112 §3.2.2).
  if (/^https?:\/\//i.test(request.path)) return request.path.replace(/^http/i, 'ws');
  const scheme = request.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${request.getHeader('host') ?? request.host}${request.path}`;
}

/** Returns the URL to which a response redirects a client; `undefined` if it is none. */
export function redirectedUrl(location: string, from: string): string | undefined {
  try {
    return new URL(location, from).href.replace(/^http/, 'ws').replace(/#.*$/s, '');
  } catch {
    return undefined;
  }
}
