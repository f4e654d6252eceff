import { createUrlParser, type Endpoint, type EndpointParser, type UrlHooks } from './endpoint.ts';

/** Number of characters that the cache may hold, in URLs and in their parsed parts. A fuller cache is emptied. */
const CACHE_LIMIT = 262_144;

/**
 * Makes a parser of URLs that calls the user's hooks `redactUrl` and `urlTemplate`. Without these hooks, each distinct
 * URL is parsed once, because parsing takes longer than making a span. A page has few connections, and parses each URL.
 */
export function createEndpointParser(hooks: UrlHooks): EndpointParser {
  const parse = createUrlParser(hooks);
  if (hooks.redactUrl || hooks.urlTemplate) return parse;
  const cache = new Map<string, Endpoint>();
  let cached = 0;
  return (raw) => {
    // Most URLs have no query, and are keys without a change.
    let known = cache.get(raw);
    if (known) return known;
    const key = raw.split(/[?#]/, 1)[0] as string;
    known = cache.get(key);
    if (known) return known;
    const endpoint = parse(key);
    // Characters, and a share for what each entry takes by itself.
    cached += 256 + key.length + endpoint.url.length + endpoint.path.length;
    if (cached > CACHE_LIMIT) {
      cache.clear();
      cached = 0;
    }
    cache.set(key, endpoint);
    return endpoint;
  };
}
