/**
 * Makes the error for an invalid value. If the value is an object, the message shows only its members `url`, `protocol`
 * and `compression`, because headers may be secret. User info, query and fragment of a URL are not shown.
 * @param name name of the option or parameter
 * @param expectation text that follows "Expected `name` to be"
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

/**
 * Removes user info, query and fragment from a text. User info is removed first, because a password may contain a
 * question mark.
 */
export function withoutSecrets(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/+)?[\s\S]*@/i, '$1').replace(/[?#][\s\S]*$/, '');
}
