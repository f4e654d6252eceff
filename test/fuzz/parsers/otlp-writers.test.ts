import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { expect } from 'vitest';
import { serializeOtlpJson } from '../../../packages/browser/src/pipeline/otlp-json.ts';
import { PROTOBUF_FORMAT } from '../../../packages/browser/src/pipeline/protobuf-format.ts';
import {
  type ReadableSpanLike,
  toReadable,
  toStored,
} from '../../../packages/browser/src/store/readable-spans.ts';
import { JsonBytes } from '../../../packages/core/src/otlp/json-bytes.ts';
import { createSpanWriter } from '../../../packages/core/src/otlp/write-span.ts';
import { decodeOtlpJson, decodeOtlpProtobuf } from '../decode-otlp.ts';
import { fuzz } from '../fuzz.ts';
import { spans } from '../spans.ts';

/** The JSON that the built-in pipeline of a page makes of spans. */
function ourJson(spans: readonly ReadableSpanLike[]): string {
  return serializeOtlpJson(spans.map(toStored));
}

/** A span as the built-in pipeline of a page makes spans, which drops nothing of a span. */
function withoutCounts(span: ReadableSpanLike): ReadableSpanLike {
  return { ...span, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
}

/** Spans as an exporter gets them from a store. */
function throughStore(spans: readonly ReadableSpanLike[]): ReadableSpanLike[] {
  return toReadable(JSON.parse(JSON.stringify(spans.map(toStored))));
}

/** What a receiver decodes from a request of OpenTelemetry's SDK. */
function decodedFromSdk(spans: readonly ReadableSpanLike[]): object {
  const bytes = JsonTraceSerializer.serializeRequest(spans as unknown as ReadableSpan[]);
  return decodeOtlpJson(Buffer.from(bytes ?? []).toString());
}

fuzz(
  'a receiver decodes from our JSON what it decodes from the JSON of the SDK',
  1500,
  fc.property(spans, (spans) => {
    const ofPipeline = spans.map(withoutCounts);
    expect(sorted(decodeOtlpJson(ourJson(ofPipeline)))).toEqual(sorted(decodedFromSdk(ofPipeline)));
  }),
);

fuzz(
  'a receiver decodes from protobuf what it decodes from our JSON',
  1000,
  fc.property(spans, (spans) => {
    const ofPipeline = spans.map(withoutCounts);
    expect(
      sorted(decodeOtlpProtobuf(PROTOBUF_FORMAT.serialize(ofPipeline.map(toStored)) as Uint8Array)),
    ).toEqual(sorted(decodeOtlpJson(ourJson(ofPipeline))));
  }),
);

fuzz(
  'a span that was stored is sent as one that was not',
  1000,
  fc.property(spans, (spans) => {
    expect(ourJson(throughStore(spans))).toBe(ourJson(throughStore(throughStore(spans))));
    expect(ourJson(throughStore(spans))).toBe(ourJson(spans));
    expect(sorted(decodedFromSdk(throughStore(spans)))).toEqual(sorted(decodedFromSdk(spans)));
  }),
);

fuzz(
  'a receiver decodes from our JSON every number as it is',
  1000,
  fc.property(spans, fc.double(), (spans, number) => {
    const odd = spans.map((span) => ({ ...span, attributes: { odd: number, list: [number] } }));
    const [first] = sorted(decodeOtlpJson(ourJson(odd))) as {
      span: { attributes: { value: object }[] };
    }[];
    const [one, list] = first?.span.attributes ?? [];
    // -0 is the integer 0.
    const decoded = Number.isSafeInteger(number) ? { intValue: String(number) } : { doubleValue: number };
    expect(one?.value).toEqual(decoded);
    expect(list?.value).toEqual({ arrayValue: { values: [decoded] } });
  }),
);

/** Any text, also with halves of surrogate pairs, which JSON escapes. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
const odd = fc.dictionary(
  anyText,
  fc.oneof(anyText, fc.double(), fc.array(fc.oneof(anyText, fc.double()), { maxLength: 3 })),
  {
    maxKeys: 3,
  },
);

const out = new JsonBytes();
const writeSpan = createSpanWriter(out);

/** The JSON of a span. One writer writes all cases, since it copies bytes of the spans before. */
function written(span: ReadableSpan): string {
  writeSpan(span);
  const { block, start, end } = out.end();
  return block.toString('utf8', start, end);
}

fuzz(
  'a span is written on Node byte for byte as the SDK writes the span, also a second time',
  1500,
  fc.property(spans, anyText, odd, (spans, name, attributes) => {
    const [first] = spans;
    const span = {
      ...first,
      name,
      attributes: { ...first?.attributes, ...attributes },
    } as unknown as ReadableSpan;
    const body = Buffer.from(JsonTraceSerializer.serializeRequest([span]) ?? []).toString();
    for (const json of [written(span), written(span)]) expect(body).toContain(`"spans":[${json}]`);
  }),
);

/** Groups may be other ones: spans of two equal resources are one group after a store, and two before. */
function sorted(request: object): unknown[] {
  const { resourceSpans } = request as {
    resourceSpans: { resource: object; scopeSpans: { scope: object; spans: object[] }[] }[];
  };
  return resourceSpans
    .flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ resource, scope, span }))),
    )
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
