/** Milliseconds of each unit of a duration. Without a unit, a number is seconds. */
const UNITS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Returns the milliseconds of a duration such as `90s`, `10m`, `1.5h`, or `90` for seconds.
 * @returns `undefined` if the text is no such duration
 */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([smh]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * (UNITS[unit] ?? Number.NaN));
}
