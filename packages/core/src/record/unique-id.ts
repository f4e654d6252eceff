import { randomHex } from './random-hex.ts';

/** Eight random digits. Made at the first call, since workerd forbids random bytes while a module loads. */
let prefix: string | undefined;
let count = Math.floor(Math.random() * 0xfff_ffff);

/**
 * Returns 16 hexadecimal digits that no other connection has: eight random ones that the process keeps, then a counter
 * that begins at random.
 */
export function uniqueId(): string {
  prefix ??= randomHex(4);
  count = (count + 1) & 0xfff_ffff;
  return prefix + (0x1000_0000 + count).toString(16);
}
