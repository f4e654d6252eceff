const [QUOTE, COMMA, BACKSLASH, NEWLINE] = [0x22, 0x2c, 0x5c, 0x0a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Shape of a text of JSON, which decides how much memory the parsed text takes. */
interface JsonShape {
  /** Number of lists, objects and commas. */
  readonly values: number;
  /** Largest depth of lists and objects within each other. */
  readonly depth: number;
}

/**
 * Returns the shape of a text before the text is parsed: two bytes of JSON can become a hundred bytes of memory.
 * @param json the text, or its bytes in UTF-8
 */
export function jsonShape(json: Uint8Array | string): JsonShape {
  let depth = 0;
  let deepest = 0;
  let values = 0;
  let isText = false;
  for (let i = 0; i < json.length; i++) {
    const byte = typeof json === 'string' ? json.charCodeAt(i) : json[i];
    if (isText) {
      if (byte === BACKSLASH) i++;
      // No text of JSON holds a line break (RFC 8259 §7), so a line of another program ends here.
      else if (byte === QUOTE || byte === NEWLINE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      values++;
      if (++depth > deepest) deepest = depth;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return { values, depth: deepest };
}
