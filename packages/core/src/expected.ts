/**
 * Makes the error for a wrong value. Of an object the message shows the members `url`, `protocol` and `compression`
 * alone, since headers may be secret. Texts are shown without the user info, query and fragment of a URL.
 * @param name the option or parameter that holds the value
 * @param expectation continues "Expected `name` to be"
 */
export function expected(name: string, expectation: string, value: unknown): TypeError {
  return new TypeError(
    `Expected \`${name}\` to be ${expectation}, got \`${factOf(value)}\` (${typeof value})`,
  );
}

function factOf(value: unknown): string {
  if (typeof value !== 'object') return withoutSecrets(String(value));
  try {
    const text = JSON.stringify(value, ['url', 'protocol', 'compression']);
    return text.replace(/"((?:[^"\\]|\\.)*)"/g, (_quoted, inner) => `"${withoutSecrets(inner)}"`);
  } catch {
    // A circle, a bigint, or a `toJSON` that throws.
    return 'object';
  }
}

/** Cuts user info first: a password may hold a question mark. */
function withoutSecrets(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/+)?[\s\S]*@/i, '$1').replace(/[?#][\s\S]*$/, '');
}
