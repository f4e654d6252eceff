/** Matches a `Sec-WebSocket-Key`: the Base64 text of 16 bytes (RFC 6455 §4.1). */
const KEY = /^[A-Za-z\d+/]{22}==$/;

/**
 * Derives `websocket.connection.id` from a `Sec-WebSocket-Key`: the first 8 bytes of the key as 16 hexadecimal digits.
 * Both ends know the key.
 * @returns `undefined` if the value is no such key
 */
export function idOfKey(key: unknown): string | undefined {
  if (typeof key !== 'string' || !KEY.test(key)) return undefined;
  return [...atob(key).slice(0, 8)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
