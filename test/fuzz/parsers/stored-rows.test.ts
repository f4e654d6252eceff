import fc from 'fast-check';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createOtlpSender, JSON_FORMAT } from '../../../packages/browser/src/pipeline/otlp-sender.ts';
import { readRows } from '../../../packages/browser/src/store/read-rows.ts';
import { type ReadableSpanLike, toStored } from '../../../packages/browser/src/store/readable-spans.ts';
import type { RowKey, SpanStore } from '../../../packages/browser/src/store/span-store.ts';
import { decodeOtlpJson } from '../decode-otlp.ts';
import { fuzz } from '../fuzz.ts';
import { spans } from '../spans.ts';

let bodies: string[];
beforeEach(() => {
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: Uint8Array }) => {
    bodies.push(Buffer.from(body).toString());
    return new Response('{}');
  });
});
afterEach(() => vi.unstubAllGlobals());

const stringifySpans = (spans: readonly ReadableSpanLike[]) => JSON.stringify(spans.map(toStored));
const json = fc.jsonValue({ maxDepth: 3 });
/** A row as another version or another script may have written it: parts of a span are missing, or something else. */
const strangeRow = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.json(),
  fc
    .tuple(spans, fc.nat(), fc.constantFrom('drop', 'replace', 'nest'), json)
    .map(([spans, at, how, value]) => {
      const stored = JSON.parse(stringifySpans(spans));
      const keys = Object.keys(stored[0]);
      const key = keys[at % keys.length] as string;
      if (how === 'drop') delete stored[0][key];
      else stored[0][key] = how === 'nest' ? { ...stored[0][key], attributes: value } : value;
      return JSON.stringify(stored);
    }),
  fc
    .integer({ min: 1, max: 20_000 })
    .chain((depth) =>
      spans.map((spans) =>
        stringifySpans(spans).replace(
          '"attributes":{',
          `"attributes":{"deep":${'['.repeat(depth)}${']'.repeat(depth)},`,
        ),
      ),
    ),
);
const store = (texts: readonly string[]) => ({ read: async () => [...texts] }) as unknown as SpanStore;

fuzz(
  'a row that cannot be read or sent takes no other row with it',
  1500,
  fc.asyncProperty(fc.array(strangeRow, { minLength: 1, maxLength: 3 }), spans, async (strange, innocent) => {
    bodies = [];
    const texts = [...strange, stringifySpans(innocent)];
    const keys = texts.map((text, index): RowKey => [0, 0, `${index}`, text.length, 0]);
    const { rows, unreadable } = await readRows(store(texts), keys);
    expect([...rows.map(({ key }) => key), ...unreadable].sort()).toEqual([...keys].sort());
    const sender = createOtlpSender({
      url: 'http://127.0.0.1/',
      headers: undefined,
      format: JSON_FORMAT,
      gzip: undefined,
    });
    const { outcome } = await sender.send(rows.flatMap(({ spans }) => spans));
    expect(outcome).toBe('delivered');
    const [body = ''] = bodies;
    for (const span of innocent) expect(body).toContain(span.spanContext().spanId);
    expect(bodies).toHaveLength(1);
  }),
);

fuzz(
  'what a page sends of rows that were written well can be decoded',
  500,
  fc.asyncProperty(spans, spans, async (first, second) => {
    bodies = [];
    const texts = [stringifySpans(first), stringifySpans(second)];
    const { rows } = await readRows(
      store(texts),
      texts.map((text, index) => [0, 0, `${index}`, text.length, 0]),
    );
    const sender = createOtlpSender({
      url: 'http://127.0.0.1/',
      headers: {},
      format: JSON_FORMAT,
      gzip: undefined,
    });
    await sender.send(rows.flatMap(({ spans }) => spans));
    const { resourceSpans } = decodeOtlpJson(bodies[0] ?? '') as {
      resourceSpans: { scopeSpans: { spans: unknown[] }[] }[];
    };
    const sent = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    expect(sent).toHaveLength(first.length + second.length);
  }),
);
