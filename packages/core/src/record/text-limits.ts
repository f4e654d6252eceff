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
