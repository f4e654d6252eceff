import { callHook } from '../call-hook.ts';
import { cut, LONGEST_ADDRESS, LONGEST_PATH, LONGEST_TEMPLATE, LONGEST_URL } from './text-limits.ts';

/** Parts of a connection's URL, without those that may hold secrets: user info, query and fragment. */
export interface Endpoint {
  /**
   * Value of `url.full`: the result of `redactUrl`, else scheme, host and path. Empty for a URL that cannot be parsed.
   */
  readonly url: string;
  /** `ws` or `wss`, or the scheme that a library uses; empty for a URL that cannot be parsed. */
  readonly scheme: string;
  /** Host name or IP address; empty where the URL has no host. */
  readonly address: string;
  /** Port of the URL, else 80 for `ws` and 443 for `wss`; `undefined` for another scheme. */
  readonly port: number | undefined;
  /** Path, after `redactUrl`; empty where the redacted text is no URL. */
  readonly path: string;
  /** Low-cardinality name that `urlTemplate` gave the URL; `undefined` where it gave none. */
  readonly template: string | undefined;
}

/** Options of the user that change or name URLs. */
interface UrlHooks {
  readonly redactUrl?: (url: URL) => string;
  readonly urlTemplate?: (url: URL) => string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };
/** Characters of the cached URLs and of what was parsed from them. A full cache starts anew. */
const CACHE_LIMIT = 262_144;

/** Parses a URL. A `template` that is passed, `''` included, takes the place of a call of `urlTemplate`. */
type EndpointParser = (url: string, template?: string) => Endpoint;

/**
 * Makes a parser of URLs that calls the user's hooks. Without hooks each distinct URL is parsed once, since parsing
 * costs more than a span.
 */
export function createEndpointParser({ redactUrl, urlTemplate }: UrlHooks): EndpointParser {
  const cache = new Map<string, Endpoint>();
  let cached = 0;
  return (raw, knownTemplate) => {
    if (redactUrl || urlTemplate) return parse(raw, knownTemplate);
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

  function parse(raw: string, knownTemplate?: string): Endpoint {
    // An upgrade request has the scheme of HTTP.
    const url = parseUrl(raw.replace(/^http/, 'ws'));
    if (!url) return { url: '', scheme: '', address: '', port: undefined, path: '', template: undefined };
    const scheme = url.protocol.slice(0, -1);
    const origin = `${url.protocol}//${url.host}`;
    // A hook gets a copy, which it may change. One that throws must not disclose the parts that it should have hidden.
    const full = redactUrl
      ? callHook('redactUrl', 'string', () => redactUrl(new URL(url)), origin)
      : origin + url.pathname;
    const pathname = redactUrl ? (parseUrl(full)?.pathname ?? '') : url.pathname;
    const path = cut(pathname, LONGEST_PATH);
    const template = knownTemplate ?? (urlTemplate && templateOf(urlTemplate, url));
    const { hostname } = url;
    return {
      url: cut(
        full.replace(pathname, () => path),
        LONGEST_URL,
      ),
      scheme,
      address: cut(hostname, LONGEST_ADDRESS),
      // The port of a host that was cut is lost.
      port: hostname.length > LONGEST_ADDRESS ? undefined : Number(url.port) || DEFAULT_PORTS[scheme],
      path,
      template: (template && cut(template, LONGEST_TEMPLATE)) || undefined,
    };
  }
}

/** Returns the name that `urlTemplate` gives a URL; `undefined` for none, and for anything but a text. */
export function templateOf<A extends unknown[]>(
  urlTemplate: (url: URL, ...more: A) => string | undefined,
  url: URL,
  ...more: A
): string | undefined {
  // No name is a result that fits.
  const call = () => {
    const template = urlTemplate(new URL(url), ...more);
    return template === undefined ? '' : template;
  };
  return callHook('urlTemplate', 'string', call, undefined);
}

/** Does what `URL.parse` does, which Node 20 lacks. The error is not logged: it holds the URL, and so the query. */
function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
