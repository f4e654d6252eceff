/** Characters that would change a terminal or the order of a line: controls, line separators, marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;
/** Matches a text that is safe as it is: printable ASCII, with a space neither before nor after. */
const PLAIN = /^(?:[!-~](?:[ -~]{0,46}[!-~])?)?$/;
/** Largest number of characters of a foreign text within a sentence. */
const LONGEST_QUOTE = 48;

/**
 * Returns a foreign text that is safe within a line of a terminal or a log: at most 48 characters, without control
 * characters. A longer text is cut, and then ends with an ellipsis (`…`).
 */
export function plainText(text: string): string {
  // Most texts, of which one look costs a tenth of the time.
  if (PLAIN.test(text)) return text;
  // The first characters are enough, so that a long text costs no time.
  const plain = text
    .slice(0, LONGEST_QUOTE * 4)
    .replace(UNPRINTABLE, ' ')
    .trim();
  const characters = [...plain];
  return characters.length > LONGEST_QUOTE ? `${characters.slice(0, LONGEST_QUOTE - 1).join('')}…` : plain;
}
