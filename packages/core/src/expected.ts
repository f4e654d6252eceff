/**
 * Makes the error for a wrong value. Of an object the message shows the members `url`, `protocol` and `compression`
 * alone, since headers may be secret.
 * @param name the option or parameter that holds the value
 * @param expectation continues "Expected `name` to be"
 */
export function expected(name: string, expectation: string, value: unknown): TypeError {
  const fact =
    typeof value === 'object' ? JSON.stringify(value, ['url', 'protocol', 'compression']) : String(value);
  return new TypeError(`Expected \`${name}\` to be ${expectation}, got \`${fact}\` (${typeof value})`);
}
