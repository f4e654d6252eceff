import type { Attributes, SpanContext } from '@opentelemetry/api';
import { createTraceState } from '@opentelemetry/api';
import fc from 'fast-check';
import type { ReadableSpanLike, ResourceLike } from '../../packages/browser/src/store/readable-spans.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
/** Numbers that the serializers of the SDK write as OTLP has them: not NaN, infinity or an integer of over 53 bits. */
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
);
const value = fc.oneof(
  text,
  fc.boolean(),
  number,
  fc.array(text, { maxLength: 3 }),
  fc.array(number, { maxLength: 3 }),
  fc.array(fc.boolean(), { maxLength: 3 }),
);
const attributes: fc.Arbitrary<Attributes> = fc
  .dictionary(
    text.filter((key) => key !== ''),
    value,
    { maxKeys: 5 },
  )
  .map((entries) => ({ ...entries }));
const time = fc.tuple(fc.nat(2 ** 31 - 1), fc.nat(999_999_999));
const count = fc.nat(3);

function hex(length: number): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
}

const context: fc.Arbitrary<SpanContext> = fc
  .record({
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: fc.constantFrom(0, 1, 3, 255),
    isRemote: fc.option(fc.boolean(), { nil: undefined }),
    state: fc.option(fc.stringMatching(/^[a-z]{1,4}=[a-z0-9]{1,8}$/), { nil: undefined }),
  })
  .map(({ isRemote, state, ...ids }) => ({
    ...ids,
    ...(isRemote !== undefined && { isRemote }),
    ...(state !== undefined && { traceState: createTraceState(state) }),
  }));

const resource: fc.Arbitrary<ResourceLike> = fc.record({ attributes });
const scope = fc.record({ name: text, version: fc.stringMatching(/^\d\.\d$/) }, { requiredKeys: ['name'] });

function span(resources: readonly ResourceLike[]): fc.Arbitrary<ReadableSpanLike> {
  return fc
    .record({
      name: text,
      kind: fc.constantFrom(0, 1, 2, 3, 4),
      context,
      parentSpanContext: fc.option(context, { nil: undefined }),
      startTime: time,
      endTime: time,
      duration: time,
      status: fc.oneof(
        fc.record({ code: fc.constantFrom(0, 1, 2) }),
        fc.record({ code: fc.constant(2), message: text }),
      ),
      attributes,
      links: fc.array(fc.record({ context, attributes }), { maxLength: 2 }),
      events: fc.array(fc.record({ name: text, time, attributes }), { maxLength: 2 }),
      droppedAttributesCount: count,
      droppedEventsCount: count,
      droppedLinksCount: count,
      resource: fc.constantFrom(...resources),
      instrumentationScope: scope,
    })
    .map(({ context, ...rest }) => ({ ...rest, ended: true, spanContext: () => context }));
}

/** Spans of one or two resources, with all that a span may hold. */
export const spans: fc.Arbitrary<ReadableSpanLike[]> = fc
  .array(resource, { minLength: 1, maxLength: 2 })
  .chain((resources) => fc.array(span(resources), { minLength: 1, maxLength: 4 }));
