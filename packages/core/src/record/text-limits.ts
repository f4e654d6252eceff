/** Largest number of characters of `url.full`. */
export const LONGEST_URL = 1024;
/** Largest number of characters of `url.path`. */
export const LONGEST_PATH = 512;
/** Largest number of characters of `url.template`. */
export const LONGEST_TEMPLATE = 256;
/** Largest number of characters of `server.address`. A host name has at most 253 characters (RFC 1035 §2.3.4). */
export const LONGEST_ADDRESS = 255;

/** Returns a text of at most `limit` characters. A longer text is cut, and then ends with an ellipsis (`…`). */
export function cut(text: string, limit: number): string {
  // Half of a surrogate pair would be no character.
  return text.length > limit ? `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

/**
 * Returns a copy of a text that shares no memory with another text. V8 makes a part of a text as a view, which keeps
 * the whole text in memory.
 */
export function flat(text: string): string {
  // To join an array writes a new text. V8 copies texts of less than 13 characters by itself.
  return text.length < 13 ? text : [text.slice(0, 1), text.slice(1)].join('');
}
