/**
 * Copies options once, so that later changes and getters of the app's object change nothing. The copy has own
 * properties alone: what somebody has added to `Object.prototype` is no option.
 * @returns the copy; a value that is no object is returned as it is
 */
export function ownOptions<O>(options: O): O {
  if (Object(options) !== options) return options;
  const own = copyOwn(options) as Record<string, unknown>;
  // The members of other options are objects of the app, such as providers.
  for (const name of ['otlp', 'closeCodes']) if (own[name]) own[name] = copyDeep(own[name]);
  return own as O;
}

/** Copies plain objects, of any realm; an object of a class stays as it is. */
function copyDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype && Object.getPrototypeOf(prototype)) return value;
  const own = copyOwn(value);
  for (const [name, member] of Object.entries(own)) own[name] = copyDeep(member);
  return own;
}

/** Copies own enumerable properties into an object without a prototype. */
function copyOwn(value: unknown): Record<string, unknown> {
  return Object.assign(Object.create(null), value);
}
