import fc from 'fast-check';
import { expect } from 'vitest';
import { createExportDelegate } from '../../../packages/core/src/otlp/export-delegate.ts';
import { outcomeOfStatus } from '../../../packages/core/src/otlp/export-outcome.ts';
import { fuzz } from '../fuzz.ts';

const member = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(-1, 0, 1, 2, 1e308, '5', '1e999', 'NaN'),
  fc.dictionary(fc.constantFrom('toString', 'valueOf', '__proto__', 'length'), fc.jsonValue()),
);
const body = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .record({
      partialSuccess: fc.oneof(
        member,
        fc.record(
          { rejectedSpans: member, rejectedDataPoints: member, errorMessage: member },
          { requiredKeys: [] },
        ),
      ),
    })
    .map((response) => JSON.stringify(response)),
);

fuzz(
  'whatever a collector writes into its response, the export ends, and no more spans are rejected than were sent',
  1500,
  fc.asyncProperty(body, fc.integer({ min: 1, max: 5 }), async (text, count) => {
    const lines: string[] = [];
    let rejected = 0;
    const delegate = createExportDelegate<unknown[]>(
      { serializeRequest: () => new Uint8Array() },
      async () => ({ kind: 'taken', body: new TextEncoder().encode(text) }),
      { failed: (line) => void lines.push(line), succeeded() {}, lost() {}, end() {} },
      (number) => {
        rejected += number;
      },
    );
    const items = Array.from({ length: count });
    const result = await new Promise<{ code: number }>((resolve) => delegate.export(items, resolve));
    expect(result.code).toBe(0);
    expect(rejected).toBeGreaterThanOrEqual(0);
    expect(rejected).toBeLessThanOrEqual(count);
    for (const line of lines) expect(line.length).toBeLessThan(300);
    await delegate.forceFlush();
  }),
);

fuzz(
  'whatever Retry-After says, the wait is a number of milliseconds',
  1000,
  fc.property(
    fc.integer({ min: 0, max: 999 }),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.stringMatching(/^\d{1,400}$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      fc.integer().map(String),
      fc.constant(undefined),
    ),
    (status, text) => {
      const outcome = outcomeOfStatus(status, text);
      if (outcome.kind !== 'failed' || outcome.retryAfter === undefined) return;
      expect(outcome.retryAfter).toBeGreaterThanOrEqual(0);
    },
  ),
);
