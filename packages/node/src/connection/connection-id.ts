import { Buffer } from 'node:buffer';
import { intHex } from '@closespan/core/platform';

/** Length of a `Sec-WebSocket-Key` in characters: the Base64 text of 16 bytes (RFC 6455 §4.1). */
const KEY_LENGTH = 24;
/** Characters of a key that Base64 writes in the usual way. Only the last two of 24 are padding. */
const USUAL_KEY = /^[A-Za-z\d+/]{22}==$/;
/** Value of each character of Base64, by its code (RFC 4648 §4). */
const SEXTETS = sextets();

/** Bytes of the unusual key that was decoded last. */
const bytes = Buffer.alloc(KEY_LENGTH);
/** Result of the last call of `keyInts`. */
const ints: [high: number, low: number] = [0, 0];

/**
 * Decodes the first 8 bytes of a `Sec-WebSocket-Key` (RFC 6455 §4.1) to two integers of 32 bits. Both ends of a connection
 * know the key, and so derive one id from these bytes.
 * @returns integers that the next call overwrites; `undefined` if the value is no such key, since not every server checks
 * the header
 */
export function keyInts(key: unknown): readonly [high: number, low: number] | undefined {
  if (typeof key !== 'string' || key.length !== KEY_LENGTH) return undefined;
  if (USUAL_KEY.test(key)) {
    // Node leaves JavaScript to decode Base64, which takes four times as long.
    const half = sextet(key, 5);
    ints[0] = (five(key, 0) << 2) | (half >> 4);
    ints[1] = (half << 28) | (five(key, 6) >> 2);
    return ints;
  }
  if (bytes.write(key, 'base64') < 16) return undefined;
  ints[0] = bytes.readInt32BE(0);
  ints[1] = bytes.readInt32BE(4);
  return ints;
}

/**
 * Derives `websocket.connection.id` from a `Sec-WebSocket-Key`: the first 8 bytes of the key as 16 hexadecimal digits.
 * @returns `undefined` if the value is no such key
 */
export function connectionIdOf(key: unknown): string | undefined {
  return keyInts(key)?.map(intHex).join('');
}

/** Returns the 30 bits of five characters from a position of a key. */
function five(key: string, start: number): number {
  let bits = 0;
  for (let i = start; i < start + 5; i++) bits = (bits << 6) | sextet(key, i);
  return bits;
}

function sextet(key: string, index: number): number {
  return SEXTETS[key.charCodeAt(index)] as number;
}

function sextets(): Uint8Array {
  const values = new Uint8Array(128);
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < characters.length; value++) values[characters.charCodeAt(value)] = value;
  return values;
}
