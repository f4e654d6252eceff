import { guard } from '../guard.ts';

/**
 * Number of characters of a URL that are searched. The time for a regular expression may grow with the square of the
 * length.
 */
const LONGEST = 2048;

/**
 * Returns whether a URL contains a string of `ignoreUrls`, or matches a regular expression of `ignoreUrls`. Only the
 * first 2048 characters of the URL are searched. A regular expression that throws does not match.
 */
export function isIgnored(url: string, ignoreUrls: readonly (string | RegExp)[] = []): boolean {
  const text = url.slice(0, LONGEST);
  return ignoreUrls.some((item) =>
    typeof item === 'string'
      ? text.includes(item)
      : // `search` begins at the start, also with an expression of flag `g`.
        guard('ignoreUrls', () => text.search(item) >= 0, false),
  );
}
