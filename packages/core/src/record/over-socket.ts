import type { CloseFacts } from './close-facts.ts';
import type { Endpoint } from './endpoint.ts';
import { cut, LONGEST_ADDRESS } from './text-limits.ts';

/**
 * Returns the endpoint of a connection over a Unix socket: the address is the path of the socket, and there is no port
 * (OpenTelemetry, attribute `server.address`). `ws` writes the path of the socket into the URL, before the path of the
 * request: `ws+unix:/run/app.sock:/chat`. Any other endpoint is returned as it is.
 */
export function overSocket(
  endpoint: Endpoint,
  { url, socketPath }: Pick<CloseFacts, 'url' | 'socketPath'>,
): Endpoint {
  if (endpoint.scheme === 'ws+unix') {
    const { pathname } = new URL(url);
    const [socket = ''] = pathname.split(':', 1);
    const path = requestPath(endpoint.path, pathname);
    return { ...endpoint, address: addressOf(socket), port: undefined, path };
  }
  return socketPath === undefined
    ? endpoint
    : { ...endpoint, address: addressOf(socketPath), port: undefined };
}

/** Returns the path of the request. `redactUrl` may have changed the path, and removed that of the socket. */
function requestPath(path: string, whole: string): string {
  const colon = path.indexOf(':');
  if (colon < 0 && path !== whole) return path;
  return path.slice(colon + 1 || path.length) || '/';
}

/** Linux lists sockets without a file, whose names begin with a zero byte, with `@` in its place. */
function addressOf(socketPath: string): string {
  return cut(socketPath.replace('\0', '@'), LONGEST_ADDRESS);
}
