/** Characters that would change a terminal or the order of a line: controls, line separators, marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;
/** Largest number of characters of a foreign text. */
const LONGEST = 160;

/** Returns a foreign text that is safe within a line of a terminal: at most 160 characters, without control characters. */
export function printableText(text: string): string {
  const plain = text
    .slice(0, LONGEST * 4)
    .replace(UNPRINTABLE, ' ')
    .trim();
  const characters = [...plain];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : plain;
}
