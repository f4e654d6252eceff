/** Encodings by the first byte of their mark of the byte order (Unicode Standard § 23.8). UTF-8 has no such byte. */
const UTF_16: Readonly<Record<number, string>> = { 255: 'utf-16le', 254: 'utf-16be' };

/**
 * Returns the text of a file. Some programs write a mark of the byte order first, which is no JSON, and PowerShell writes
 * UTF-16. The result has no mark.
 */
export function jsonText(bytes: Uint8Array): string {
  return new TextDecoder(UTF_16[bytes[0] ?? 0] ?? 'utf-8').decode(bytes);
}
