import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type CloseFacts, guard, takeFromUrl } from '@closespan/core/platform';
import { createInterner } from '../connection/shared-values.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';

/** A request to become a WebSocket. One that an app makes itself may lack the socket. */
export type UpgradeRequest = IncomingMessage & { socket: UpgradeSocket };

/** What a request came over: TCP, TLS, or another stream. */
export type UpgradeSocket = Duplex & {
  readonly encrypted?: boolean;
  readonly localAddress?: string;
  readonly localPort?: number;
};

/** What is known of a connection by its handshake. */
export type HandshakeFacts = Partial<
  Pick<CloseFacts, 'url' | 'template' | 'peer' | 'clientAddress' | 'origin'>
>;

/** A whole URL, where a proxy is asked: its authority without user info, and the rest (RFC 9112 §3.2.2). */
const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)(.*)/i;

/**
 * Where the server was reached, by the client's `Host` (RFC 6455 §4.1), without what a client carries there for us.
 * @param over what a request without a socket came over
 */
export function upgradeUrl(request: UpgradeRequest, over: UpgradeSocket | undefined): string {
  const { headers, url = '' } = request;
  const socket = request.socket ?? over;
  const scheme = socket?.encrypted ? 'wss' : 'ws';
  const { host } = headers;
  if (host && url.startsWith('/')) return takeFromUrl(`${scheme}://${host}${url}`).rest;
  const [, authority, target = url] = ABSOLUTE.exec(url) ?? [];
  // An asterisk is no path.
  const path = /^[/?]/.test(target) ? target : '';
  return takeFromUrl(`${scheme}://${authority || host || localHostOf(socket)}${path}`).rest;
}

function localHostOf({ localAddress = '', localPort }: Partial<UpgradeSocket> = {}): string {
  return `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
}

/** Makes a reader of upgrade requests. Connections share what it returns, but where each has an address of its own. */
export function createUpgradeReader({
  urlTemplate,
  recordClientAddress,
  recordOrigin,
}: NodeWebSocketOptions): (
  request: UpgradeRequest,
  over: UpgradeSocket | undefined,
  url: string,
) => HandshakeFacts {
  const intern = createInterner<HandshakeFacts>();
  return (request, over, url) => {
    const withoutQuery = url.split('?', 1)[0] as string;
    const template =
      urlTemplate && URL.canParse(url)
        ? (guard('urlTemplate', () => urlTemplate(new URL(url), request), undefined) ?? '')
        : undefined;
    const origin = recordOrigin ? originOf(request) : undefined;
    // No header has a line's end in it.
    const facts = intern(`${withoutQuery}\n${origin ?? ''}\n${template ?? ''}`, () => ({
      url: withoutQuery,
      ...(template !== undefined && { template }),
      ...(origin && { origin }),
    }));
    if (!recordClientAddress) return facts;
    const peer = tcpPeerOf(request.socket ?? over);
    return { ...facts, peer, clientAddress: forwardedAddressOf(request) ?? peer?.address };
  };
}

/** Scheme, host and port; `undefined` for none, and for the opaque `null`. */
function originOf({ headers: { origin = '' } }: IncomingMessage): string | undefined {
  return URL.canParse(origin) ? new URL(origin).origin : undefined;
}

/** The first address that proxies noted (RFC 7239 §5.2, or `X-Forwarded-For`); what is no address is not believed. */
function forwardedAddressOf({ headers }: IncomingMessage): string | undefined {
  const noted = /\bfor=("[^"]*"|[^\s;,]+)/i.exec(headers.forwarded ?? '')?.[1];
  const first = noted ?? String(headers['x-forwarded-for'] ?? '').split(',', 1)[0] ?? '';
  const address = first.trim().replace(/^"|"$/g, '');
  const withoutPort = /^\[(.*)\]/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1');
  return isIP(withoutPort) ? withoutPort : undefined;
}
