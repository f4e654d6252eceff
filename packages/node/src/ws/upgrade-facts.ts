import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { type CloseFacts, guard, takeFromUrl } from '@closespan/core';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { createInterner } from './interner.ts';
import { tcpPeerOf } from './tcp-peer.ts';

/** A request to become a WebSocket. */
export type UpgradeRequest = IncomingMessage & {
  socket: IncomingMessage['socket'] & { encrypted?: boolean };
};

/** What is known of a connection by its handshake. */
export type HandshakeFacts = Partial<
  Pick<CloseFacts, 'url' | 'template' | 'peer' | 'clientAddress' | 'origin'>
>;

/** Where the server was reached, by the client's `Host` (RFC 6455 §4.1), without what a client carries there for us. */
export function upgradeUrl({ headers, url, socket }: UpgradeRequest): string {
  const { host = `${socket.localAddress}:${socket.localPort}` } = headers;
  return takeFromUrl(`${socket.encrypted ? 'wss' : 'ws'}://${host}${url}`).rest;
}

/** Makes a reader of upgrade requests. Connections share what it returns, but where each has an address of its own. */
export function createUpgradeReader({
  urlTemplate,
  recordClientAddress,
  recordOrigin,
}: NodeWebSocketOptions): (request: UpgradeRequest, url: string) => HandshakeFacts {
  const intern = createInterner<HandshakeFacts>();
  return (request, url) => {
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
    const peer = tcpPeerOf(request.socket);
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
