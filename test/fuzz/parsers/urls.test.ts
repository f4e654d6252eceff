import fc from 'fast-check';
import { expect } from 'vitest';
import { createEndpointParser } from '../../../packages/core/src/record/endpoint-parser.ts';
import { createAppHooks } from '../../../packages/core/src/span/app-hooks.ts';
import { keyBytes } from '../../../packages/node/src/connection/connection-id.ts';
import { factsOfRequest, isTo } from '../../../packages/node/src/undici/connection/undici-facts.ts';
import { requestedUrl } from '../../../packages/node/src/undici/connection/undici-request.ts';
import { fuzz } from '../fuzz.ts';

const webUrls = fc
  .webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['ws', 'wss', 'http', 'https'] })
  .filter((text) => URL.canParse(text));
const texts = fc.oneof(
  webUrls,
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc
    .tuple(fc.constantFrom('ws://', 'wss://u:p@', 'ws://[::1]', 'file:', 'x:'), fc.string({ maxLength: 50 }))
    .map((parts) => parts.join('')),
  fc
    .tuple(webUrls, fc.string({ minLength: 1, maxLength: 9 }), fc.nat(4000))
    .map(([url, text, times]) => url + text.repeat(times)),
);

fuzz(
  'whatever text is a URL, its parts are short and hold no secret',
  2000,
  fc.property(texts, (text) => {
    const parse = createEndpointParser({});
    const { url, path, address, port, scheme } = parse(text);
    expect(parse(text)).toEqual({ url, path, address, port, scheme, template: undefined });
    expect(url.length).toBeLessThanOrEqual(1024);
    expect(path.length).toBeLessThanOrEqual(512);
    expect(address.length).toBeLessThanOrEqual(255);
    expect(url).not.toMatch(/[?#]/);
    // The WHATWG parser cuts spaces at the end, which a query or fragment may have hidden.
    const parsed = parseUrl((text.split(/[?#]/, 1)[0] ?? '').replace(/^http/, 'ws'));
    if (!parsed) return;
    const { hostname, pathname, username, password } = parsed;
    // An address has no brackets, and a last dot names the same host.
    if (hostname.length <= 255) expect(address).toBe(hostname.replace(/^\[(.*)\]$|\.$/, '$1'));
    if (pathname.length <= 512) expect(path).toBe(pathname);
    for (const secret of [username, password]) {
      if (secret.length > 3 && !(hostname + pathname).includes(secret)) expect(url).not.toContain(secret);
    }
  }),
);

fuzz(
  'whatever hooks return for a URL, its parts are short texts',
  1000,
  fc.property(
    texts,
    fc.oneof(fc.anything(), texts),
    fc.oneof(fc.anything(), fc.string()),
    (text, redacted, template) => {
      const parse = createEndpointParser(
        createAppHooks({ redactUrl: () => redacted as string, urlTemplate: () => template as string }),
      );
      const endpoint = parse(text);
      expect(endpoint.url.length).toBeLessThanOrEqual(1024);
      expect(endpoint.path.length).toBeLessThanOrEqual(512);
      expect((endpoint.template ?? '').length).toBeLessThanOrEqual(256);
      for (const part of [endpoint.url, endpoint.path, endpoint.template ?? ''])
        expect(part).toBeTypeOf('string');
    },
  ),
);

fuzz(
  'the request of undici belongs to the socket for which undici makes the request',
  1500,
  fc.property(
    webUrls.map((text) => new URL(text.replace(/^http/, 'ws'))),
    fc.constantFrom('user:pass', ''),
    (url, userInfo) => {
      [url.username, url.password] = userInfo.split(':') as [string, string];
      const http = new URL(url.href.replace(/^ws/, 'http'));
      const facts = factsOfRequest({
        origin: http.origin,
        path: http.pathname + http.search,
        upgrade: 'websocket',
        headers: [],
      });
      expect(isTo(facts, requestedUrl(url.href))).toBe(true);
      expect(facts.url).not.toContain('pass@');
    },
  ),
);

fuzz(
  'a key is 16 bytes in Base64, or no key',
  1000,
  fc.property(
    fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      fc.string({ minLength: 24, maxLength: 24 }),
      fc.anything(),
    ),
    (key) => {
      const bytes = keyBytes(key);
      const isKey =
        typeof key === 'string' &&
        Buffer.from(key, 'base64').toString('base64') === key &&
        key.length === 24 &&
        key.endsWith('==');
      if (isKey) expect(bytes?.toString('base64', 0, 16)).toBe(key);
      expect(bytes === undefined || bytes.length >= 16).toBe(true);
    },
  ),
);

/** `URL.canParse` of Node says yes to some long hosts that the constructor refuses. */
function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
