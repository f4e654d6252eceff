import { type ReceivedSpan, readOtlpBody, receivedPoints, receivedSpans } from 'closespan/receiver';
import fc from 'fast-check';
import { expect } from 'vitest';
import { serializeOtlpJson } from '../../../packages/browser/src/pipeline/otlp-json.ts';
import { PROTOBUF_FORMAT } from '../../../packages/browser/src/pipeline/protobuf-format.ts';
import { toStored } from '../../../packages/browser/src/store/readable-spans.ts';
import { fuzz } from '../fuzz.ts';
import { spans } from '../spans.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

/** Reads bytes, and all that is in them. Returns the spans, or the status of the error. */
async function read(bytes: Uint8Array, headers: Record<string, string>): Promise<ReceivedSpan[] | number> {
  try {
    const body = await readOtlpBody(headers, Buffer.from(bytes), 'traces');
    expect([...receivedPoints(body)]).toEqual(expect.any(Array));
    return [...receivedSpans(body)];
  } catch (error) {
    return (error as { status: number }).status;
  }
}

fuzz(
  'a receiver reads from protobuf what it reads from JSON',
  1000,
  fc.asyncProperty(spans, async (spans) => {
    const stored = spans.map(toStored);
    const json = await read(Buffer.from(serializeOtlpJson(stored)), JSON_TYPE);
    const protobuf = await read(PROTOBUF_FORMAT.serialize(stored) as Uint8Array, PROTOBUF_TYPE);
    expect(sorted(protobuf)).toEqual(sorted(json));
    expect(json).toHaveLength(spans.length);
  }),
);

fuzz(
  'a receiver refuses a body in protobuf that is cut or changed, or reads spans from it',
  2000,
  fc.asyncProperty(spans, fc.nat(), fc.integer({ min: 0, max: 255 }), async (spans, at, byte) => {
    const bytes = PROTOBUF_FORMAT.serialize(spans.map(toStored)) as Uint8Array;
    const changed = bytes.with(at % bytes.length, byte);
    for (const body of [changed, bytes.subarray(0, at % bytes.length)]) {
      const result = await read(body, PROTOBUF_TYPE);
      if (typeof result === 'number') expect(result).toBe(400);
      else
        expect(result.every(({ name, kind }) => typeof name === 'string' && Number.isFinite(kind))).toBe(
          true,
        );
    }
  }),
);

/** Spans in one order, since the formats group spans in different orders. */
function sorted(spans: unknown): string[] {
  return Array.isArray(spans) ? spans.map((span) => JSON.stringify(span)).sort() : [String(spans)];
}

/** Body of which each member is a list of the next, or any other value. */
const strangeBody = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 2 }), tie('list'), tie('object')),
  list: fc.array(tie('object'), { maxLength: 3 }),
  object: fc.dictionary(
    fc.constantFrom(
      ...['resourceSpans', 'resourceMetrics', 'resource', 'scopeSpans', 'scopeMetrics', 'scope', 'spans'],
      ...['metrics', 'sum', 'gauge', 'histogram', 'dataPoints', 'attributes', 'key', 'value', 'arrayValue'],
      ...['kvlistValue', 'values', 'stringValue', 'intValue', 'links', 'status', 'code', '__proto__'],
    ),
    tie('value'),
    { maxKeys: 5, noNullPrototype: true },
  ),
})).object;

fuzz(
  'a receiver reads any JSON, without an error',
  3000,
  fc.asyncProperty(strangeBody, async (body) => {
    expect(await read(Buffer.from(JSON.stringify(body)), JSON_TYPE)).toEqual(expect.any(Array));
  }),
);
