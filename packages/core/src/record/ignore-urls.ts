import { guard } from '../guard.ts';

/** Characters of a URL that are looked at: an expression may take a time that grows with the square of the length. */
const LONGEST = 2048;

/**
 * Returns whether a URL contains a string of `ignoreUrls`, or matches an expression of it. Of a URL the first 2048
 * characters are looked at. An expression that throws matches nothing.
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
