/**
 * Makes the error for a wrong value. The message tells of an object its member `url` alone, since headers may be
 * secret.
 * @param name the option or parameter that holds the value
 * @param expectation continues "Expected `name` to be"
 */
export function expected(name: string, expectation: string, value: unknown): TypeError {
  const fact = typeof value === 'object' ? JSON.stringify(value, ['url']) : String(value);
  return new TypeError(`Expected \`${name}\` to be ${expectation}, got \`${fact}\` (${typeof value})`);
}
