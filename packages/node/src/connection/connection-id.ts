import { Buffer } from 'node:buffer';

/**
 * The first 8 bytes of a `Sec-WebSocket-Key` in hexadecimal: both ends know the key, so both ends' spans carry the
 * same id (RFC 6455 §4.1).
 * @returns `undefined` for what is no key
 */
export function connectionIdOf(key: unknown): string | undefined {
  if (typeof key !== 'string' || key.length !== 24) return undefined;
  return Buffer.from(key.slice(0, 12), 'base64').toString('hex', 0, 8);
}
