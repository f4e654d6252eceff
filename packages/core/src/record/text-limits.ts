/** Most characters of `url.full`. */
export const LONGEST_URL = 1024;
/** Most characters of `url.path`. */
export const LONGEST_PATH = 512;
/** Most characters of `url.template`. */
export const LONGEST_TEMPLATE = 256;
/** Most characters of `server.address`. A host name has at most 253 (RFC 1035 §2.3.4). */
export const LONGEST_ADDRESS = 255;

/** Returns a text of at most `limit` characters. A longer one is cut, and its last character is then an ellipsis (`…`). */
export function cut(text: string, limit: number): string {
  // Half of a surrogate pair would be no character.
  return text.length > limit ? `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
