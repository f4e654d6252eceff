import { randomHex } from './random-hex.ts';

/**
 * First eight digits of every id that this process makes: random. The digits are made at the first call, because
 * workerd forbids random bytes while a module loads.
 */
let prefix: string | undefined;
let count = Math.floor(Math.random() * 0xfff_ffff);

/**
 * Returns 16 hexadecimal digits that no other connection has. The first eight digits are random and stay equal in a
 * process. The last eight digits are a counter that starts at a random number.
 */
export function uniqueId(): string {
  prefix ??= randomHex(4);
  count = (count + 1) & 0xfff_ffff;
  return prefix + (0x1000_0000 + count).toString(16);
}
