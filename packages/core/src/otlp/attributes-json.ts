import type { Attributes } from '@opentelemetry/api';

/** Pattern of a text that is the same in JSON, because nothing is escaped (RFC 8259 §7). */
const PLAIN = /^[ !#-[\]-~]*$/;
/** Largest number of values of one attribute whose JSON is kept. Further values are written each time. */
const KEPT_VALUES = 32;
/** Largest number of attributes whose values are kept. Hooks may set attributes with any names. */
const KEPT_NAMES = 64;
/** Largest number of characters of a text whose JSON is kept. */
const KEPT_LENGTH = 256;

type Scalar = string | number | boolean;

/** JSON of attributes with one name. */
interface KnownName {
  /** JSON before the value. */
  readonly start: string;
  /** JSON of whole attributes without the last brace, by value. */
  readonly members: Map<Scalar, string>;
}

const known = new Map<string, KnownName>();

/**
 * Returns attributes as the members of an OTLP array in JSON, without the brackets. Values that appear in most spans,
 * such as names of close codes, are written only once. A value that is no text, number, boolean or array is left out.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function attributesJson(attributes: Attributes): string {
  let json = '';
  for (const name of Object.keys(attributes)) {
    const value: unknown = attributes[name];
    if (!isScalar(value) && !Array.isArray(value)) continue;
    const member = isScalar(value) ? scalarMember(name, value) : startOf(name).start + anyValue(value);
    json += `${json === '' ? '' : ','}${member}}`;
  }
  return json;
}

/** Returns a text as JSON. */
export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function scalarMember(name: string, value: Scalar): string {
  const { start, members } = startOf(name);
  const kept = members.get(value);
  if (kept !== undefined) return kept;
  const member = start + anyValue(value);
  if (members.size < KEPT_VALUES && mayComeAgain(value)) members.set(value, member);
  return member;
}

function startOf(name: string): KnownName {
  const found = known.get(name);
  if (found) return found;
  const made = { start: `{"key":${quote(name)},"value":`, members: new Map() };
  if (known.size < KEPT_NAMES && name.length <= KEPT_LENGTH) known.set(name, made);
  return made;
}

/** Returns whether other spans may have a value, too. A duration hardly ever comes twice. */
function mayComeAgain(value: Scalar): boolean {
  return typeof value === 'string' ? value.length <= KEPT_LENGTH : !(Number(value) % 1);
}

function anyValue(value: unknown): string {
  if (typeof value === 'string') return `{"stringValue":${quote(value)}}`;
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  if (typeof value === 'number') {
    return Number.isInteger(value) ? `{"intValue":${value}}` : `{"doubleValue":${JSON.stringify(value)}}`;
  }
  return Array.isArray(value) ? `{"arrayValue":{"values":[${value.map(anyValue)}]}}` : '{}';
}
