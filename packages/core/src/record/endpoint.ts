import { callHook } from '../call-hook.ts';
import { cut, LONGEST_ADDRESS, LONGEST_PATH, LONGEST_TEMPLATE, LONGEST_URL } from './text-limits.ts';

/** Parts of a connection's URL. User info, query and fragment are left out, because they may hold secrets. */
export interface Endpoint {
  /** Value of `url.full`: the result of `redactUrl`, else scheme, host and path. Empty if the URL cannot be parsed. */
  readonly url: string;
  /** `ws`, `wss` or another scheme that a library uses. Empty if the URL cannot be parsed. */
  readonly scheme: string;
  /**
   * Host name or IP address in the URL. An IPv6 address has no brackets, and a name has no dot at its end. Empty if the
   * URL has no host.
   */
  readonly address: string;
  /** Port of the URL. Without a port in the URL, 80 for `ws`, 443 for `wss`, and `undefined` for another scheme. */
  readonly port: number | undefined;
  /** Path of the URL, after `redactUrl`. Empty if the result of `redactUrl` is not a URL. */
  readonly path: string;
  /** Name of low cardinality that `urlTemplate` returned for the URL. `undefined` if there is no name. */
  readonly template: string | undefined;
}

/** Hooks of the app that redact or name URLs. The hooks do not throw, and do not change the URL that they get. */
export interface UrlHooks {
  /** Returns the text to record for a URL, or `origin` if the app's hook fails. */
  readonly redactUrl?: ((url: URL, origin: string) => string) | undefined;
  /** Returns a name for a URL. Returns `undefined` if there is no name, or if the app's hook fails. */
  readonly urlTemplate?: ((url: URL) => string | undefined) | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };
/** Parses a URL. If `template` is passed, even an empty one, `urlTemplate` is not called. */
export type EndpointParser = (url: string, template?: string) => Endpoint;

/** Makes a parser of URLs that calls the app's hooks `redactUrl` and `urlTemplate`. */
export function createUrlParser({ redactUrl, urlTemplate }: UrlHooks): EndpointParser {
  return (raw, knownTemplate) => {
    // An upgrade request has the scheme of HTTP.
    const url = parseUrl(raw.replace(/^http/, 'ws'));
    if (!url) return { url: '', scheme: '', address: '', port: undefined, path: '', template: undefined };
    const scheme = url.protocol.slice(0, -1);
    const origin = `${url.protocol}//${url.host}`;
    // A hook that fails must not disclose the parts that it should have hidden.
    const full = redactUrl ? redactUrl(url, origin) : origin + url.pathname;
    const pathname = redactUrl ? (parseUrl(full)?.pathname ?? '') : url.pathname;
    const path = cut(pathname, LONGEST_PATH);
    const template = knownTemplate ?? urlTemplate?.(url);
    // Brackets belong to the URL and not to the address (RFC 3986 §3.2.2). A last dot names the same host.
    const hostname = url.hostname.replace(/^\[|[\].]$/g, '');
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
  };
}

/**
 * Returns the name that `urlTemplate` returns for a URL. Returns `undefined` if there is no name, or if the result is
 * not a text.
 */
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

/**
 * Parses a URL as `URL.parse` does, which Node 20 lacks. Returns `undefined` for an invalid URL. The error is not
 * logged, because its text contains the URL with its query.
 */
function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
