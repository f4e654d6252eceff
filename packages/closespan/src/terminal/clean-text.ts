/** Characters that would change a terminal or the order of a line: controls, line separators, marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/**
 * Returns a foreign text that is safe within a line of a terminal: without control characters, and bounded. A longer
 * text is cut, and then ends with an ellipsis (`…`). The result is empty for a value that is no text.
 * @param most largest number of characters
 */
export function cleanText(value: unknown, most = 256): string {
  if (typeof value !== 'string') return '';
  // The first characters are enough, so that a long text costs no time.
  const plain = value
    .slice(0, most * 4)
    .replace(UNPRINTABLE, ' ')
    .trim();
  const characters = [...plain];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : plain;
}
