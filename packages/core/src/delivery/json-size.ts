import type { Attributes } from '@opentelemetry/api';

/** Size in JSON of what surrounds the name and value of an attribute, or of a number, in bytes. */
const ATTRIBUTE_BYTES = 64;
/** Pattern of a text that has one byte for each character in JSON, because nothing is escaped (RFC 8259 §7). */
export const PLAIN = /^[ !#-[\]-~]*$/;

/** Returns an estimate of the size of attributes in OTLP/JSON, in bytes. The estimate is never too small. */
export function attributesBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const name in attributes) bytes += ATTRIBUTE_BYTES + textBytes(name) + valueBytes(attributes[name]);
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (!Array.isArray(value)) return 0;
  return value.reduce((bytes: number, item) => bytes + ATTRIBUTE_BYTES + valueBytes(item), 0);
}

/**
 * Returns an estimate of a text's size in JSON, in bytes. UTF-8 needs at most three bytes for a unit of UTF-16 (RFC
 * 3629 §3).
 */
export function textBytes(text: string): number {
  return PLAIN.test(text) ? text.length : JSON.stringify(text).length * 3;
}
