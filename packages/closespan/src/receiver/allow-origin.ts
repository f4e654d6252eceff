import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Sets the headers with which a page of an origin may send and read (WHATWG Fetch § CORS protocol). Any request header
 * is allowed, since exporters may be given headers. Credentials are, too: `sendBeacon` always includes them.
 */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, origin: string): void {
  response
    .setHeader('vary', 'Origin')
    .setHeader('access-control-allow-origin', origin)
    .setHeader('access-control-allow-credentials', 'true')
    .setHeader('access-control-expose-headers', 'retry-after');
  if (!headers['access-control-request-method']) return;
  response
    .setHeader('access-control-allow-methods', 'GET, POST')
    .setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '')
    .setHeader('access-control-max-age', '600');
  // W3C Private Network Access: a page of a public network asks before it reaches this machine.
  if (headers['access-control-request-private-network'])
    response.setHeader('access-control-allow-private-network', 'true');
}
