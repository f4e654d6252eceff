/** The two hexadecimal digits of each byte. */
const DIGITS = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Returns the 8 hexadecimal digits of an integer of 32 bits, with or without a sign. `toString` of a buffer takes several
 * times as long, since Node leaves JavaScript for it.
 */
export function intHex(int: number): string {
  return `${digitsAt(int, 24)}${digitsAt(int, 16)}${digitsAt(int, 8)}${digitsAt(int, 0)}`;
}

function digitsAt(int: number, bit: number): string {
  return DIGITS[(int >>> bit) & 0xff] as string;
}
