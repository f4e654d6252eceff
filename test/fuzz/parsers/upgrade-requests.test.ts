import { isIP } from 'node:net';
import fc from 'fast-check';
import parseForwarded from 'forwarded-parse';
import { expect } from 'vitest';
import {
  createUpgradeFactsReader,
  storedUrl,
  type UpgradeRequest,
  upgradeUrl,
} from '../../../packages/node/src/upgrades/upgrade-facts.ts';
import { fuzz } from '../fuzz.ts';

/** A request as Node parses one; its socket is the member that closespan reads last. */
function requestOf(url: string, headers: Record<string, string>): UpgradeRequest {
  return { url, headers, socket: { localAddress: '127.0.0.1', localPort: 80 } } as unknown as UpgradeRequest;
}

const clientAddressOf = (headers: Record<string, string>) =>
  createUpgradeFactsReader({ recordClientAddress: true })(requestOf('/', headers), undefined, 'ws://a/')
    .clientAddress;

/** Text of a header: no control characters, as Node's parser lets none pass. */
const headerText = fc.stringMatching(/^[\t -~\u0080-\u00ff]{0,60}$/);
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);
const authority = fc
  .tuple(host, fc.option(fc.integer({ min: 1, max: 65_535 })))
  .map(([name, port]) => (port === null ? name : `${name}:${port}`));
const segment = fc.stringMatching(/^[\w.~!$&'()*+,;=:@%/-]{0,30}$/);
const query = fc.option(
  fc.stringMatching(/^[\w=&%/?]{0,20}$/).map((text) => `?secret=${text}`),
  { nil: '' },
);

fuzz(
  'a request is known by the URL that the standard gives its target',
  2000,
  fc.property(
    authority,
    segment,
    query,
    fc.constantFrom('origin', 'absolute'),
    (authority, path, query, form) => {
      const target = `/${path}${query}`;
      const sent = form === 'origin' ? target : `http://user:secret@${authority}${target}`;
      const url = upgradeUrl(requestOf(sent, { host: form === 'origin' ? authority : 'other' }), undefined);
      expect(new URL(url).href).toBe(new URL(`ws://${authority}${target}`).href);
      const stored = storedUrl(url);
      expect(stored).not.toContain('secret');
      expect(new URL(stored).pathname).toBe(new URL(url).pathname);
    },
  ),
);

const targets = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 200 }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .tuple(fc.constantFrom('/', '*', 'http://', '//', '?', 'x:'), headerText)
    .map(([start, rest]) => start + rest),
  fc
    .tuple(headerText, fc.integer({ min: 1, max: 16_000 }))
    .map(([text, times]) => `/${text || 'x'}`.repeat(times).slice(0, 16_000)),
);

fuzz(
  'whatever a request asks for is stored as a short text without its query',
  2000,
  fc.property(targets, headerText, headerText, (target, host, forwarded) => {
    const headers = { host, forwarded, origin: forwarded, 'x-forwarded-for': forwarded };
    const request = requestOf(target, headers);
    const url = upgradeUrl(request, undefined);
    const facts = createUpgradeFactsReader({ recordClientAddress: true, recordOrigin: true })(
      request,
      undefined,
      url,
    );
    expect((facts.url ?? '').length).toBeLessThan(1024);
    expect(facts.url).not.toContain('?');
    expect((facts.origin ?? '').length).toBeLessThanOrEqual(255);
    expect(facts.clientAddress === undefined || isIP(facts.clientAddress) > 0).toBe(true);
  }),
);

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,10}$/);
const quoted = fc.stringMatching(/^[ !#-[\]-~]{0,24}$/).map((text) => `"${text}"`);
/** Nodes as proxies write them (RFC 7239 §6). */
const node = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([address, port]) => `"${address}:${port}"`),
  fc.ipV6().map((address) => `"[${address}]"`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 65_535 })).map(([address, port]) => `"[${address}]:${port}"`),
  fc.constantFrom('unknown', '_hidden', '"_SEVKISEK"'),
);
const pair = fc.oneof(
  fc.tuple(fc.constantFrom('for', 'For', 'FOR'), node),
  fc.tuple(fc.constantFrom('by', 'host', 'proto', 'x-for', 'before'), fc.oneof(token, quoted, node)),
  fc.tuple(
    fc.constant('by'),
    node.map((address) => `"for=${address.replaceAll('"', '')}"`),
  ),
);
const forwarded = fc
  .array(
    fc
      .uniqueArray(pair, { minLength: 1, maxLength: 4, selector: ([name]) => name.toLowerCase() })
      .chain((pairs) => fc.constantFrom(';', '; ').map((by) => pairs.map((one) => one.join('=')).join(by))),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => list.join(', '));

fuzz(
  'the client of a Forwarded header is the first that its standard names',
  2500,
  fc.property(forwarded, (header) => {
    const [first] = parseForwarded(header).filter((element) => element['for'] !== undefined);
    const node = String(first?.['for'] ?? '');
    const address = /^\[(.*)\](:\d+)?$/.exec(node)?.[1] ?? node.replace(/^([\d.]+):\d+$/, '$1');
    expect(clientAddressOf({ forwarded: header })).toBe(isIP(address) ? address : undefined);
  }),
);
