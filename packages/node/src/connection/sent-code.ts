/**
 * Returns the close code that `ws` and `websocket` send for the argument of `close(code)`. Both take numbers alone, and cut
 * off a fraction.
 * @returns `undefined` for a value that no Close frame can carry (RFC 6455 §7.4)
 */
export function sentCode(code: unknown): number | undefined {
  return typeof code === 'number' && code >= 1000 && code < 5000 ? Math.trunc(code) : undefined;
}
