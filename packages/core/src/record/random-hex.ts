/**
 * Returns a text of random hexadecimal digits.
 * @param bytes number of random bytes; each byte gives two digits
 */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
