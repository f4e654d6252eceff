/** Matches a text with at most eight digits. Nine digits are more than versions and dates have. */
const FEW_DIGITS = /^(?!(?:\D*\d){9})/;
/**
 * Matches one part of a name: a word, with digits after the word, or nothing. One of the characters `-+_./` separates
 * two parts. A word is in capitals, in small letters, or has one capital inside.
 */
const WORD = /^(?:[A-Z]{0,6}|[A-Z]?[a-z]{1,20}(?:[A-Z][a-z]{2,15}|[A-Z]{0,3}))\d{0,4}(?:[a-zM]|url)?$/;
/** Matches from a word that announces a token, to the end. Kubernetes puts a name of its own in between. */
const ANNOUNCED = /((?:bearer(?:\.authorization\.k8s\.io)?|token|jwt|auth|secret)(?![a-z])[-+_./]?)[\s\S]+/i;

/**
 * Hides the token that some apps send as a subprotocol, because a page cannot set headers of a handshake. A text that
 * reads like words and versions stays, as do all names in the IANA WebSocket Subprotocol Name Registry. After a word
 * such as `bearer` the rest becomes `…`. Any other text becomes `…`.
 * @example hideToken('bearer.eyJhbGciOiJIUzI1NiJ9') // 'bearer.…'
 */
export function hideToken(subprotocol: string): string {
  const name = subprotocol.replace(ANNOUNCED, '$1…');
  // Word by word: one expression for all words would try each word in several ways, and take years for a long text.
  // A text that was cut ends in an ellipsis.
  const words = name.replace(/…$/, '').split(/[-+_./]/);
  return FEW_DIGITS.test(name) && words.every((word) => WORD.test(word)) ? name : '…';
}
