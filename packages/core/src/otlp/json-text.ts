import { PLAIN } from '../delivery/json-size.ts';

/** Returns a text as a JSON string. */
export function jsonString(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Returns an attribute's value as an OTLP `AnyValue` in JSON. */
export function anyValueJson(value: unknown): string {
  if (typeof value === 'string') return `{"stringValue":${jsonString(value)}}`;
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? `{"intValue":${value}}`
      : `{"doubleValue":${Number.isFinite(value) ? value : null}}`;
  }
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  return Array.isArray(value) ? `{"arrayValue":{"values":[${Array.from(value, anyValueJson)}]}}` : '{}';
}
