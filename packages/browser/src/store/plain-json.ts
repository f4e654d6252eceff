/**
 * Returns a value as JSON, as if nobody had added a `toJSON` to a prototype. Old libraries do, and turn arrays into
 * texts.
 * @throws TypeError for a value that JSON cannot represent
 */
export function plainJson(value: unknown): string {
  // Called after `toJSON`, and on the object that has the value as it was (ECMAScript § SerializeJSONProperty).
  return JSON.stringify(value, function (this: Record<string, unknown>, key) {
    return this[key];
  });
}
