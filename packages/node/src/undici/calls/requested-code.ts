const MOST = 0xffff;

/** The code that `close(code)` of a WebSocket sends, a WebIDL `[Clamp] unsigned short`, rounded as undici rounds. */
export function clampedCode(code: unknown): number | undefined {
  const number = numberOf(code);
  if (number === undefined) return undefined;
  const clamped = Math.min(Math.max(number, 0), MOST);
  const floor = Math.floor(clamped);
  return floor % 2 === 0 ? floor : Math.ceil(clamped);
}

/** The code that `close({ closeCode })` of a stream sends, a WebIDL `[EnforceRange] unsigned short`. */
export function truncatedCode(code: unknown): number | undefined {
  const number = numberOf(code);
  return number === undefined ? undefined : Math.trunc(number);
}

/** Objects stay unknown: only undici asks the app's for a number, once. What is no number makes the call throw. */
function numberOf(code: unknown): number | undefined {
  if (typeof code !== 'string' && typeof code !== 'number' && typeof code !== 'bigint') return undefined;
  const number = Number(code);
  return Number.isNaN(number) ? undefined : number;
}
