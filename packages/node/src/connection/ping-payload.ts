import { Buffer } from 'node:buffer';

/** Largest payload of a control frame, in bytes (RFC 6455 §5.5). */
const LONGEST = 125;

/**
 * Returns a number for the payload of a ping or pong. Equal payloads have equal numbers, because a pong carries the
 * payload of its ping (RFC 6455 §5.5.3).
 * @returns `undefined` for a value that is no payload of a ping, such as a text of more than 125 bytes
 */
export function payloadNumber(data: unknown): number | undefined {
  const bytes = bytesOf(data);
  if (!bytes || bytes.length > LONGEST) return undefined;
  let number = bytes.length;
  for (const byte of bytes) number = (Math.imul(number, 31) + byte) | 0;
  return number;
}

function bytesOf(data: unknown): Uint8Array | undefined {
  // As in `ws`, whose pings without data are empty.
  if (data === undefined || data === null || data === false) return new Uint8Array();
  if (typeof data === 'string' || typeof data === 'number') return Buffer.from(String(data));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
}
