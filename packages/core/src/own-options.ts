/**
 * Copies options, so that later changes and getters of the app's object have no effect. Only properties of the object
 * itself are copied: a property of `Object.prototype` is not an option.
 * @returns the copy, or the value itself if the value is not an object
 */
export function ownOptions<O>(options: O): O {
  if (Object(options) !== options) return options;
  const own = copyOwn(options) as Record<string, unknown>;
  // The members of other options are objects of the app, such as providers.
  for (const name of ['otlp', 'closeCodes', 'resourceAttributes'])
    if (own[name]) own[name] = copyDeep(own[name]);
  return own as O;
}

/** Copies plain objects of any realm, with all plain objects inside. An instance of a class is not copied. */
function copyDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype && Object.getPrototypeOf(prototype)) return value;
  const own = copyOwn(value);
  for (const [name, member] of Object.entries(own)) own[name] = copyDeep(member);
  return own;
}

/** Copies the enumerable properties of an object itself into an object without a prototype. */
function copyOwn(value: unknown): Record<string, unknown> {
  return { __proto__: null, ...(value as object) };
}
