/**
 * Returns a text of random hexadecimal digits.
 * @param bytes number of random bytes; each byte gives two digits
 */
export function randomHex(bytes: number): string {
  // The digits only tell spans and connections apart.
  const random = new Uint8Array(bytes).map(() => Math.random() * 256);
  try {
    crypto.getRandomValues(random);
  } catch {
    // A scope may lack `crypto`. A fake of a test may leave the bytes as they are.
  }
  // Not by `Array.from`, which old libraries replace by a function that maps nothing.
  return [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
