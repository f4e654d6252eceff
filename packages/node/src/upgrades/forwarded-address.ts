import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { limitText } from '@closespan/core/platform';
import { plainAddress } from '../connection/plain-address.ts';

/**
 * Matches the first parameter `for` of a `Forwarded` header (RFC 7239 §4). The quoted text of an earlier parameter may
 * contain any text, also one that looks like a parameter.
 */
const FIRST_FOR = /^(?:(?:[^"]|"(?:[^"\\]|\\.)*")*?[;,])??\s*for=("[^"]*"|[^\s;,"]+)/i;

/**
 * Reads the client's IP address that proxies write into `Forwarded` (RFC 7239 §5.2) or `X-Forwarded-For`.
 * @returns `undefined` if the header holds no IP address
 */
export function forwardedAddressOf(headers: IncomingHttpHeaders): string | undefined {
  const noted = FIRST_FOR.exec(headers.forwarded ?? '')?.[1];
  const first = noted ?? String(headers['x-forwarded-for'] ?? '').split(',', 1)[0] ?? '';
  const address = first.trim().replace(/^"|"$/g, '');
  const withoutPort = /^\[(.*)\]/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1');
  return isIP(withoutPort) ? limitText('clientAddress', plainAddress(withoutPort)) : undefined;
}
