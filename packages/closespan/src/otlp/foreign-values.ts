// A body in JSON may have any value at any place. Each of these functions makes the type sure, and never throws.

/** Half of a surrogate pair alone, which no encoding of Unicode has. */
const LONE_SURROGATE = /\p{Cs}/gu;
/** 16 or 8 bytes in Base64. Digits of an id are never followed by `=`. */
const BASE64_ID = /^(?:[a-z\d+/]{22}==|[a-z\d+/]{11}=)$/i;
/** End of the year 9999, in epoch milliseconds: a later time has no date of four digits. */
const LATEST = 253_402_300_799_999;

/** Returns the objects of a list. Another value than a list is an empty list. */
export function objectsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Returns an object as it is, and an empty object for another value. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** Returns a text without lone surrogates. Another value than a text is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(LONE_SURROGATE, '\ufffd') : '';
}

/** Returns a number, also of a text, as OTLP writes 64-bit numbers in JSON. Another value is `NaN`. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '')
    ? Number(value)
    : Number.NaN;
}

/**
 * Returns the number of a value of an enum. Some senders write its name, as the JSON encoding of protobuf does.
 * @param names names of the numbers from 0 on
 */
export function enumOf(value: unknown, names: readonly string[]): number {
  const place = names.indexOf(textOf(value));
  return place < 0 ? numberOf(value) || 0 : place;
}

/**
 * Returns an id of a trace or span as digits in lower case. Senders may write digits of any case, or Base64 as the JSON
 * encoding of protobuf does. An id of zeros is none.
 */
export function idOf(value: unknown): string {
  const text = textOf(value);
  const id = BASE64_ID.test(text)
    ? Array.from(atob(text), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
    : text;
  if (/^0{16,}$/.test(id)) return '';
  return /^[\da-f]+$/i.test(id) ? id.toLowerCase() : id;
}

/** Returns the time of epoch nanoseconds, in epoch milliseconds. A time that is absent, or after the year 9999, is 0. */
export function timeOf(nanoseconds: unknown): number {
  const time = numberOf(nanoseconds) / 1e6;
  return time >= 0 && time <= LATEST ? time : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
