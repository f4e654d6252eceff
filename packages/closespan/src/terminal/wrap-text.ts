/** Fewest characters of a line behind its indent. A terminal that is narrower breaks the line itself. */
export const NARROWEST = 24;

/**
 * Breaks a text into lines at its spaces, or at another separator. A word that is longer than a line has a line of its own.
 * @param width largest number of characters in a line, with the indent. Infinity breaks nothing
 * @param indent text before each line
 */
export function wrapText(text: string, width: number, indent: string, separator = ' '): string[] {
  const most = Math.max(width, indent.length + NARROWEST);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(separator)) {
    if (line && indent.length + line.length + separator.length + word.length > most) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line ? line + separator + word : word;
    }
  }
  return line ? [...lines, indent + line] : lines;
}
