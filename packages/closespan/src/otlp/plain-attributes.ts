import { BODY_LIMITS } from './body-limits.ts';
import { numberOf, objectOf, objectsOf, textOf } from './foreign-values.ts';

/** Value of an attribute. A map of OTLP is a text of JSON, and bytes are a text of Base64. */
type AttributeValue = string | number | boolean | AttributeValue[];

/** Attributes by name. The object has no prototype, so that every name is only an attribute. */
export type AttributeMap = Record<string, AttributeValue>;

/**
 * Turns OTLP's list of keys and typed values into a map of plain values. Without a list, the map is empty. Never
 * throws.
 * @param list OTLP's list of attributes, or any other value
 */
export function plainAttributes(list: unknown): AttributeMap {
  const attributes: AttributeMap = Object.create(null);
  for (const { key, value } of objectsOf(list)) attributes[textOf(key)] = plainValue(value);
  return attributes;
}

/** @param depth number of lists and maps around the value */
function plainValue(value: unknown, depth = 0): AttributeValue {
  const { arrayValue, kvlistValue } = objectOf(value);
  // JSON of protobuf may write an absent member as null.
  if (arrayValue != null) return membersOf(arrayValue, depth).map((member) => plainValue(member, depth + 1));
  return kvlistValue == null ? scalarOf(value) : JSON.stringify(structureOf(value, depth));
}

/** Keeps the structure of maps within maps: JSON within JSON would double the backslashes at each level. */
function structureOf(value: unknown, depth: number): unknown {
  const { arrayValue, kvlistValue } = objectOf(value);
  if (arrayValue != null) return membersOf(arrayValue, depth).map((member) => structureOf(member, depth + 1));
  if (kvlistValue == null) return scalarOf(value);
  const map: Record<string, unknown> = Object.create(null);
  for (const { key, value: member } of membersOf(kvlistValue, depth))
    map[textOf(key)] = structureOf(member, depth + 1);
  return map;
}

/** Returns the members of a list or map of OTLP. At a depth that no body may have, there are none. */
function membersOf(list: unknown, depth: number): Readonly<Record<string, unknown>>[] {
  return depth < BODY_LIMITS.depth ? objectsOf(objectOf(list)['values']) : [];
}

/** Returns a value that is no list and no map. A value without a type is an empty text. */
function scalarOf(value: unknown): string | number | boolean {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue } = objectOf(value);
  if (typeof boolValue === 'boolean') return boolValue;
  const number = intValue ?? doubleValue;
  return number == null ? textOf(stringValue ?? bytesValue) : numberOf(number);
}
