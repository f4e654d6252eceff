import type { KeyValue, OtlpValue } from './otlp-body.ts';

type AttributeValue = string | number | boolean | AttributeValue[];

/** Attributes by name. */
export type AttributeMap = Record<string, AttributeValue>;

/** Turns OTLP's list of keys and typed values into a map of plain values. Without a list, the map is empty. */
export function plainAttributes(list: readonly KeyValue[] = []): AttributeMap {
  return Object.fromEntries(list.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue({
  stringValue,
  intValue,
  doubleValue,
  boolValue,
  arrayValue,
}: OtlpValue): AttributeValue {
  if (arrayValue) return arrayValue.values.map(plainValue);
  return stringValue ?? boolValue ?? Number(intValue ?? doubleValue);
}
