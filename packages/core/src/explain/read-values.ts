import { plainText } from './plain-text.ts';

/** Returns a member of any value; `undefined` if there is none, or if reading it throws. */
export function memberOf(source: unknown, name: string): unknown {
  try {
    return (source as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** Returns a text that is safe within a line, or an empty text for another value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? plainText(value) : '';
}

/** Returns a finite number. The text of a whole number counts, as JSON of OTLP writes 64-bit integers as texts. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Returns a finite number that is not negative. */
export function sizeOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number >= 0 ? number : undefined;
}

/** Returns `true` or `false`; `undefined` for another value. */
export function truthOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
