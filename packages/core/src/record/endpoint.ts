import { guard } from '../guard.ts';

/** Where a connection went, without what a URL may hide: user info, query, fragment. */
export interface Endpoint {
  /** The value of `url.full`. */
  readonly url: string;
  readonly scheme: string;
  /** Empty where the URL has no host. */
  readonly address: string;
  /** `undefined` where the scheme has no default port. */
  readonly port: number | undefined;
  readonly path: string;
  /** What the user's `urlTemplate` said. */
  readonly template: string | undefined;
}

/** What the user may do to a URL. */
interface UrlHooks {
  readonly redactUrl?: (url: URL) => string;
  readonly urlTemplate?: (url: URL) => string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };
const CACHE_LIMIT = 1024;

/** Parses URLs; a template that is known already, be it the empty one, is not asked for. */
type EndpointParser = (url: string, template?: string) => Endpoint;

/** Parses URLs as the options say. Without hooks each distinct URL is parsed once, since parsing costs more than a span. */
export function createEndpointParser({ redactUrl, urlTemplate }: UrlHooks): EndpointParser {
  const cache = new Map<string, Endpoint>();
  return (raw, knownTemplate) => {
    if (redactUrl || urlTemplate) return parse(raw, knownTemplate);
    // Most URLs have no query, and are keys as they are.
    let known = cache.get(raw);
    if (known) return known;
    const key = raw.split(/[?#]/, 1)[0] as string;
    known = cache.get(key);
    if (known) return known;
    if (cache.size >= CACHE_LIMIT) cache.clear();
    const endpoint = parse(key);
    cache.set(key, endpoint);
    return endpoint;
  };

  function parse(raw: string, knownTemplate?: string): Endpoint {
    // A request that is upgraded has the scheme of HTTP.
    const url = parseUrl(raw.replace(/^http/, 'ws'));
    if (!url) return { url: '', scheme: '', address: '', port: undefined, path: '', template: undefined };
    const scheme = url.protocol.slice(0, -1);
    const origin = `${url.protocol}//${url.host}`;
    // A hook that throws must not disclose what it was there to hide.
    const full = redactUrl ? guard('redactUrl', () => redactUrl(url), origin) : origin + url.pathname;
    const template = knownTemplate ?? (urlTemplate && guard('urlTemplate', () => urlTemplate(url)));
    return {
      url: full,
      scheme,
      address: url.hostname,
      port: Number(url.port) || DEFAULT_PORTS[scheme],
      path: redactUrl ? (parseUrl(full)?.pathname ?? '') : url.pathname,
      template: template || undefined,
    };
  }
}

/** `URL.parse`, which Node 20 does not have. Its error is not logged: it holds the URL, and so its query. */
function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
