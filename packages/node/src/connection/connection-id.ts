import { Buffer } from 'node:buffer';

/** Length of a `Sec-WebSocket-Key` in characters: the Base64 text of 16 bytes (RFC 6455 §4.1). */
const KEY_LENGTH = 24;

/** Bytes of the key that was decoded last. */
const BYTES = Buffer.alloc(KEY_LENGTH);

/**
 * Decodes a `Sec-WebSocket-Key` (RFC 6455 §4.1). Both ends of a connection know the key, and so derive one id from its
 * first 8 bytes.
 * @returns a buffer that the next call overwrites; `undefined` if the value is no such key, since not every server checks
 * the header
 */
export function keyBytes(key: unknown): Buffer | undefined {
  if (typeof key !== 'string' || key.length !== KEY_LENGTH) return undefined;
  return BYTES.write(key, 'base64') >= 16 ? BYTES : undefined;
}

/**
 * Derives `websocket.connection.id` from a `Sec-WebSocket-Key`: the first 8 bytes of the key as 16 hexadecimal digits.
 * @returns `undefined` if the value is no such key
 */
export function connectionIdOf(key: unknown): string | undefined {
  return keyBytes(key)?.toString('hex', 0, 8);
}
