/**
 * Matches names: words, with digits after them, and between them one of `-+_./`. A word is in capitals, in small
 * letters, or has one capital inside. Nine digits are more than versions and dates have. What was cut ends in `…`.
 */
const NAME =
  /^(?!(?:\D*\d){9})(?:(?:[A-Z]{0,6}|[A-Z]?[a-z]{1,20}(?:[A-Z][a-z]{2,15}|[A-Z]{0,3}))\d{0,4}(?:[a-zM]|url)?(?:[-+_./]|…?$))+$/;
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
  return NAME.test(name) ? name : '…';
}
