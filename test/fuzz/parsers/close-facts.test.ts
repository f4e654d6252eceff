import type { CloseFacts } from '@closespan/core/platform';
import fc from 'fast-check';
import { expect } from 'vitest';
import { CLOSE_CODES, classifyCloseCode } from '../../../packages/core/src/record/close-code-table.ts';
import { cut } from '../../../packages/core/src/record/text-limits.ts';
import { openedConnection, recordCloses } from '../../helpers/record-closes.ts';
import { fuzz } from '../fuzz.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), fc.nat(400))
    .map(([text, times]) => text.repeat(times)),
);
/** Facts as a runtime or a library may report them, also such as no standard allows. */
const facts: fc.Arbitrary<Partial<CloseFacts>> = fc.record(
  {
    kind: fc.constantFrom('client' as const, 'server' as const),
    url: fc.oneof(
      fc.webUrl({ withQueryParameters: true }).map((url) => url.replace(/^http/, 'ws')),
      text,
    ),
    code: fc.oneof(
      fc.constantFrom(...Object.keys(CLOSE_CODES).map(Number)),
      fc.integer({ min: 0, max: 65_535 }),
    ),
    reason: text,
    wasClean: fc.boolean(),
    reportedCode: fc.integer({ min: 0, max: 65_535 }),
    subprotocol: text,
    extensions: text,
    unsentSize: fc.nat(),
    synthetic: fc.boolean(),
    errored: fc.boolean(),
    errorCode: fc.oneof(fc.constantFrom('ECONNRESET', 'WS_ERR_INVALID_UTF8'), text),
    httpStatusCode: fc.integer({ min: 100, max: 599 }),
    clientAddress: text,
    origin: text,
  },
  { requiredKeys: [] },
);

fuzz(
  'whatever facts a runtime reports, one span says the code and whether the close was clean, in short texts',
  1500,
  fc.asyncProperty(facts, fc.boolean(), async (facts, opened) => {
    const connection = openedConnection();
    if (!opened) connection.openedAt = undefined;
    const { spans } = await recordCloses([{ ...facts, connection }]);
    // A refused upgrade is measured, and has no span.
    expect(spans).toHaveLength(opened || facts.kind !== 'server' ? 1 : 0);
    if (spans.length === 0) return;
    const attributes = spans[0]?.attributes ?? {};
    const { code = 1000, wasClean = true } = facts;
    expect(attributes['websocket.close.code']).toBe(code === 0 && !wasClean ? 1006 : code);
    expect(attributes['websocket.close.was_clean']).toBe(wasClean);
    for (const value of Object.values(attributes)) {
      if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(1024);
    }
    for (const name of ['reason', 'cause', 'initiator', 'category', 'name']) {
      expect(String(attributes[`websocket.close.${name}`] ?? '').length).toBeLessThanOrEqual(256);
    }
  }),
);

fuzz(
  'every number has one name and one category as a close code',
  1000,
  fc.property(fc.oneof(fc.integer({ min: -10, max: 70_000 }), fc.double()), (code) => {
    const [name, category] = classifyCloseCode(code);
    expect(name).not.toBe('');
    expect(category).toMatch(/^\w+$/);
  }),
);

fuzz(
  'a text that is cut has its limit, begins as before, and has no half of a character more',
  1000,
  fc.property(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.integer({ min: 1, max: 60 }),
    (text, limit) => {
      const result = cut(text, limit);
      expect(result.length).toBeLessThanOrEqual(limit);
      expect(result).not.toMatch(/\p{Surrogate}/u);
      if (text.length <= limit) expect(result).toBe(text);
      else expect(text.startsWith(result.slice(0, -1))).toBe(true);
    },
  ),
);
