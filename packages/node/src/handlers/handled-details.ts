import { isIP } from 'node:net';
import { type HandledRequest, headersOf, limitText, templateOf } from '@closespan/core/platform';
import type { HandshakeFacts } from '../connection/handshake.ts';
import { plainAddress } from '../connection/plain-address.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { forwardedAddressOf } from '../upgrades/forwarded-address.ts';
import { originOf } from '../upgrades/upgrade-facts.ts';

type DetailsReader = (
  socket: object,
  request: HandledRequest | undefined,
  url: string,
) => Pick<HandshakeFacts, 'template' | 'origin' | 'clientAddress'>;

/** Makes a function that reads the facts of a connection that options ask for. */
export function createHandledDetailsReader({
  urlTemplate,
  recordClientAddress,
  recordOrigin,
}: NodeWebSocketOptions): DetailsReader {
  return (socket, request, url) => {
    const headers = request ? headersOf(request) : {};
    const name =
      request && urlTemplate && URL.canParse(url)
        ? templateOf(urlTemplate, new URL(url), {
            method: request.method,
            url: request.url.replace(/^\w+:\/\/[^/]*/, ''),
            headers,
          })
        : undefined;
    const origin = recordOrigin ? originOf({ headers }) : undefined;
    const clientAddress = recordClientAddress
      ? (forwardedAddressOf(headers) ?? addressOf(socket))
      : undefined;
    return {
      ...(request && urlTemplate && { template: limitText('template', name ?? '') }),
      ...(origin && { origin }),
      ...(clientAddress && { clientAddress }),
    };
  };
}

/** Returns the address of the client, which the sockets of Bun and the peers of crossws have. */
function addressOf(socket: object): string | undefined {
  const { remoteAddress } = socket as { readonly remoteAddress?: unknown };
  if (typeof remoteAddress !== 'string') return undefined;
  const address = plainAddress(remoteAddress);
  return isIP(address) ? limitText('clientAddress', address) : undefined;
}
