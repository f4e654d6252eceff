import type { AttributeValue } from '@opentelemetry/api';

/** Largest number of noted attributes of a connection, and of items of a list. */
export const MOST_NOTED = 32;
/** Largest number of characters of a noted text. */
export const LONGEST_NOTED = 256;
/** Matches the names that a note may give to attributes. */
export const NOTED_NAME: RegExp = /^(?!websocket\.|error\.type$).{1,128}$/s;

/**
 * Returns a value of a note within its limits, or `undefined` for a value that OpenTelemetry does not allow. Throws if
 * reading the value throws.
 * @param textOf returns a text within its limit
 */
export function notedValue(value: unknown, textOf: (text: string) => string): AttributeValue | undefined {
  const scalarOf = (item: unknown) => {
    if (typeof item === 'string') return textOf(item);
    return typeof item === 'boolean' || Number.isFinite(item) ? (item as boolean | number) : undefined;
  };
  if (!Array.isArray(value)) return scalarOf(value);
  // Item by item: a list may have holes, and methods of its own.
  const items = Array.from({ length: Math.min(value.length, MOST_NOTED) }, (_, index) =>
    scalarOf(value[index]),
  );
  // One of the three types, so the list is one that OpenTelemetry allows.
  return items.every((item) => item !== undefined && typeof item === typeof items[0])
    ? (items as string[])
    : undefined;
}
