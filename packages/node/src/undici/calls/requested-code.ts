const MOST = 0xffff;

/**
 * Converts the argument of a WebSocket's `close(code)` to the code that is sent: a WebIDL `[Clamp] unsigned short`,
 * rounded as undici rounds.
 * @returns `undefined` for an object, and for a value that is no number and makes the call throw
 */
export function clampedCode(code: unknown): number | undefined {
  const number = numberOf(code);
  if (number === undefined) return undefined;
  const clamped = Math.min(Math.max(number, 0), MOST);
  const floor = Math.floor(clamped);
  return floor % 2 === 0 ? floor : Math.ceil(clamped);
}

/**
 * Converts the `closeCode` of a `WebSocketStream`'s `close()` to the code that is sent: a WebIDL
 * `[EnforceRange] unsigned short`.
 * @returns `undefined` for an object, and for a value that is no number and makes the call throw
 */
export function truncatedCode(code: unknown): number | undefined {
  const number = numberOf(code);
  return number === undefined ? undefined : Math.trunc(number);
}

/** Converts a primitive. An object of the app may have code that makes the number, which only undici may run, once. */
function numberOf(code: unknown): number | undefined {
  if (typeof code !== 'string' && typeof code !== 'number' && typeof code !== 'bigint') return undefined;
  const number = Number(code);
  return Number.isNaN(number) ? undefined : number;
}
