import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  flat,
  LONGEST_ADDRESS,
  LONGEST_PATH,
  limitText,
  takeFromUrl,
  templateOf,
} from '@closespan/core/platform';
import type { HandshakeFacts } from '../connection/handshake.ts';
import { plainAddress } from '../connection/plain-address.ts';
import { createSharedValues } from '../connection/shared-values.ts';
import { acceptedSocketPath } from '../connection/socket-path.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { forwardedAddressOf } from './forwarded-address.ts';

/**
 * An HTTP request for an upgrade to WebSocket (RFC 6455 §4.1). A request object that an app makes itself may lack
 * `socket`.
 */
export type UpgradeRequest = IncomingMessage & { socket: UpgradeSocket };

/** The stream over which an upgrade request came: TCP, TLS, or another duplex stream. */
export type UpgradeSocket = Duplex & {
  readonly encrypted?: boolean;
  readonly localAddress?: string;
  readonly localPort?: number;
};

/**
 * Matches a request target that is a whole URL, as clients send one to a proxy (RFC 9112 §3.2.2). The groups are the
 * authority without user info, and the rest.
 */
const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)(.*)/i;

/**
 * Builds the URL by which a client reached the server, from the request's `Host` header (RFC 6455 §4.1). The URL does
 * not contain the query parameter in which a page carries its context.
 * @param over the stream over which the request came, used if the request has no socket
 */
export function upgradeUrl(request: UpgradeRequest, over: UpgradeSocket | undefined): string {
  const { headers, url = '' } = request;
  const socket = request.socket ?? over;
  const scheme = socket?.encrypted ? 'wss' : 'ws';
  const host = headers.host && isHost(headers.host) ? headers.host : undefined;
  if (host && url.startsWith('/')) {
    const whole = `${scheme}://${host}${url}`;
    return url.includes('?') ? takeFromUrl(whole).rest : whole;
  }
  const [, authority, target = url] = ABSOLUTE.exec(url) ?? [];
  // An asterisk is no path.
  const path = /^[/?]/.test(target) ? target : '';
  return takeFromUrl(`${scheme}://${authority || host || localHostOf(socket)}${path}`).rest;
}

/** Matches most names and IPv4 addresses, with or without a port. Other hosts are parsed, which takes longer. */
const USUAL_HOST = /^(?:[a-z][\w.-]*|1?\d?\d(?:\.1?\d?\d){3})(?::[1-5]?\d{1,4})?$/i;

/**
 * Says whether a `Host` header names a host. The client of the package `websocket` writes an IPv6 address without
 * brackets, so that nobody can tell its port.
 */
function isHost(host: string): boolean {
  return USUAL_HOST.test(host) || parseUrl(`ws://${host}`) !== undefined;
}

function localHostOf({ localAddress = '', localPort }: Partial<UpgradeSocket> = {}): string {
  const address = plainAddress(localAddress);
  // A Unix socket has no port.
  return localPort === undefined ? 'localhost' : `${isIPv6(address) ? `[${address}]` : address}:${localPort}`;
}

/** Matches a domain name. A proxy in front of a Unix socket may pass on the name by which a client reached it. */
const DOMAIN = /\.[a-z]/i;

/**
 * Returns the path of the Unix socket over which a request came. `undefined` for TCP, and if `Host` is a domain name:
 * the name says more (OpenTelemetry, attribute `server.address`).
 */
function socketPathFor(
  { socket, headers }: UpgradeRequest,
  over: UpgradeSocket | undefined,
): string | undefined {
  const path = acceptedSocketPath(socket ?? over);
  return path === undefined || DOMAIN.test(headers.host ?? '') ? undefined : path;
}

/** Matches a URL without its query: scheme and host, then the path. */
const WITHOUT_QUERY = /^([^/?]*\/\/[^/?]*)([^?]*)/;
/** Largest number of characters of scheme, host and port that are stored. The longest host name fits. */
const PLACE_LENGTH = LONGEST_ADDRESS + '*://*:65535'.length;

/**
 * Returns the part of a server's URL that is stored while a connection is open. The query is left out. A path that is
 * too long for the record is cut.
 */
export function storedUrl(url: string): string {
  if (url.length <= LONGEST_PATH && !url.includes('?')) return url;
  const [, place = '', path = ''] = WITHOUT_QUERY.exec(url) ?? [];
  // One character more than the record shows: it marks the path as cut.
  return flat(place.slice(0, PLACE_LENGTH) + path.slice(0, LONGEST_PATH + 1));
}

/**
 * Makes a function that reads the facts of an upgrade request. Connections with equal facts share one object. With the
 * option `recordClientAddress` each connection has an object with its address.
 */
export function createUpgradeFactsReader({
  urlTemplate,
  recordClientAddress,
  recordOrigin,
}: NodeWebSocketOptions): (
  request: UpgradeRequest,
  over: UpgradeSocket | undefined,
  url: string,
) => HandshakeFacts {
  const share = createSharedValues<HandshakeFacts>();
  return (request, over, url) => {
    const withoutQuery = storedUrl(url);
    const parsed = urlTemplate && parseUrl(url);
    const template = parsed && urlTemplate ? (templateOf(urlTemplate, parsed, request) ?? '') : undefined;
    const origin = recordOrigin ? originOf(request) : undefined;
    // No header contains a line feed, so the key is unambiguous.
    const socketPath = socketPathFor(request, over);
    const facts = share(`${withoutQuery}\n${origin ?? ''}\n${socketPath ?? ''}\n${template ?? ''}`, () => ({
      url: withoutQuery,
      ...(socketPath && { socketPath }),
      ...(template !== undefined && { template: limitText('template', template) }),
      ...(origin && { origin }),
    }));
    if (!recordClientAddress) return facts;
    const peer = tcpPeerOf(request.socket ?? over);
    return { ...facts, peer, clientAddress: forwardedAddressOf(request.headers) ?? peer?.address };
  };
}

/**
 * Reads scheme, host and port from the `Origin` header (RFC 6454 §7). Returns `undefined` if the header is absent, or is
 * not a URL, such as the text `null`.
 */
export function originOf({ headers: { origin = '' } }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const parsed = parseUrl(origin);
  return parsed && limitText('origin', parsed.origin);
}

/** Parses a URL. `URL.canParse` of Node says yes to some long hosts that the constructor refuses. */
function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
