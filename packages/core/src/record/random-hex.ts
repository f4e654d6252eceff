/**
 * Returns a text of random hexadecimal digits.
 * @param bytes number of random bytes; each byte gives two digits
 */
export function randomHex(bytes: number): string {
  return Array.from(randomBytes(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  try {
    return crypto.getRandomValues(bytes);
  } catch {
    // The digits only tell spans and connections apart.
    return bytes.map(() => Math.random() * 256);
  }
}
