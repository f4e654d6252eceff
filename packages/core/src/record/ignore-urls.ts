/** Returns whether a URL contains a string of `ignoreUrls`, or matches an expression of it. */
export function isIgnored(url: string, ignoreUrls: readonly (string | RegExp)[] = []): boolean {
  return ignoreUrls.some((item) => (typeof item === 'string' ? url.includes(item) : url.search(item) >= 0));
}
