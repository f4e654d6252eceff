const MOST = 0xffff;

/**
 * Converts the argument of a WebSocket's `close(code)` to the code that undici sends. The conversion is that of a
 * WebIDL `[Clamp] unsigned short`, rounded as undici rounds.
 * @returns `undefined` unless the argument is a number, a bigint, or a text that is a number
 */
export function clampedCode(code: unknown): number | undefined {
  const number = numberOf(code);
  if (number === undefined) return undefined;
  const clamped = Math.min(Math.max(number, 0), MOST);
  const floor = Math.floor(clamped);
  return floor % 2 === 0 ? floor : Math.ceil(clamped);
}

/**
 * Converts the `closeCode` of a `WebSocketStream`'s `close()` to the code that undici sends. The conversion is that of
 * a WebIDL `[EnforceRange] unsigned short`.
 * @returns `undefined` unless the value is a number, a bigint, or a text that is a number
 */
export function truncatedCode(code: unknown): number | undefined {
  const number = numberOf(code);
  return number === undefined ? undefined : Math.trunc(number);
}

/**
 * Converts a text, number or bigint to a number; `undefined` for every other value. Converting an object could run the
 * app's code, which only undici may run, and only once.
 */
function numberOf(code: unknown): number | undefined {
  if (typeof code !== 'string' && typeof code !== 'number' && typeof code !== 'bigint') return undefined;
  const number = Number(code);
  return Number.isNaN(number) ? undefined : number;
}
