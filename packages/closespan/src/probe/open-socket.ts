import { type ClientOptions, WebSocket } from 'ws';
import type { ProbeOptions } from './probe-options.ts';

/** Largest message that a probe takes, in bytes. A larger one ends the connection. */
const LARGEST_MESSAGE = 2 ** 24;
/** Time in which a server must end TCP after the closing handshake, in milliseconds. */
const CLOSE_TIMEOUT = 2000;

/**
 * Opens the WebSocket of a probe. The client follows no redirect and asks for no compression, which could hide a large
 * message in a small one.
 */
export function openSocket(options: ProbeOptions): WebSocket {
  const { url, subprotocols, headers, origin, handshakeTimeout, isInsecure } = options;
  // The types of `ws` do not know `closeTimeout` yet.
  const settings: ClientOptions & { closeTimeout: number } = {
    headers: { 'user-agent': 'closespan-probe', ...flat(headers) },
    ...(origin !== undefined && { origin }),
    handshakeTimeout,
    closeTimeout: CLOSE_TIMEOUT,
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: LARGEST_MESSAGE,
    rejectUnauthorized: !isInsecure,
  };
  return new WebSocket(url, [...subprotocols], settings);
}

/** Makes one text of a header that has one value, since Node takes no list for some names, such as `Host`. */
function flat(headers: ProbeOptions['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [
      name,
      values.length === 1 ? String(values) : [...values],
    ]),
  );
}
