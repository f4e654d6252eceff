/** Says whether a URL is one that the user's `ignoreUrls` names. */
export function isIgnored(url: string, ignoreUrls: readonly (string | RegExp)[] = []): boolean {
  return ignoreUrls.some((item) => (typeof item === 'string' ? url.includes(item) : url.search(item) >= 0));
}
