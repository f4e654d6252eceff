import { guard } from '../guard.ts';

/** Matches runtimes that round a close code. The other ones cut off its fraction, as of November 2026. */
const ROUNDS = /Firefox|Bun|Deno/;

/**
 * Returns the close code that a runtime makes of the argument of `close(code)` (WebIDL § Integer conversions, `[Clamp]`).
 * Codes out of range need no conversion, since such a call throws.
 * @param code the argument, or an object that converts the argument without running the app's code
 * @returns `undefined` for a value that is no number
 */
export function requestedCode(code: unknown): number | undefined {
  const number = Number(code);
  // A sum of this size has no fraction. Of two integers that are equally near, it is the even one.
  const whole = ROUNDS.test(guard('navigator', () => globalThis.navigator?.userAgent) ?? '')
    ? number + 2 ** 52 - 2 ** 52
    : Math.trunc(number);
  return whole || undefined;
}
