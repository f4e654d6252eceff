import type { Attributes, AttributeValue, HrTime, SpanContext } from '@opentelemetry/api';
import type { ReadableSpanLike, ResourceLike } from '../store/stored-spans.ts';

/**
 * Returns the JSON body of an OTLP export request for spans, grouped by resource and scope. OpenTelemetry's JSON
 * serializer is not used, since it would add protobuf code to the bundle.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function serializeOtlpJson(spans: readonly ReadableSpanLike[]): string {
  const byResource = groupBy(spans, ({ resource }) => resource);
  return JSON.stringify({
    resourceSpans: [...byResource].map(([resource, spans]) => ({
      resource: { attributes: keyValues(resource.attributes), droppedAttributesCount: 0 },
      scopeSpans: scopeSpans(spans),
      schemaUrl: resource.schemaUrl,
    })),
  });
}

function scopeSpans(spans: readonly ReadableSpanLike[]) {
  const byScope = groupBy(spans, ({ instrumentationScope }) => JSON.stringify(instrumentationScope));
  return [...byScope.values()].map((spans) => {
    const { name, version, schemaUrl } = spans[0]?.instrumentationScope ?? {};
    return { scope: { name, version }, spans: spans.map(toOtlp), schemaUrl };
  });
}

function toOtlp(span: ReadableSpanLike) {
  const { parentSpanContext: parent } = span;
  return {
    ...ids(span.spanContext(), parent),
    parentSpanId: parent?.spanId,
    name: span.name,
    // In OTLP 0 stands for an unknown kind.
    kind: span.kind + 1,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(({ name, time, attributes = {}, droppedAttributesCount = 0 }) => ({
      attributes: keyValues(attributes),
      name,
      timeUnixNano: nanos(time),
      droppedAttributesCount,
    })),
    droppedEventsCount: span.droppedEventsCount,
    status: span.status,
    links: span.links.map(({ context, attributes = {}, droppedAttributesCount = 0 }) => ({
      attributes: keyValues(attributes),
      ...ids(context, context),
      droppedAttributesCount,
    })),
    droppedLinksCount: span.droppedLinksCount,
  };
}

/**
 * Returns the members of OTLP's `Span` and `Link` that identify a span: ids, trace state and flags.
 * @param origin context of the span's parent, or of the linked span; the flags state whether that context is remote
 */
function ids({ traceId, spanId, traceFlags, traceState }: SpanContext, origin: SpanContext | undefined) {
  const flags = (traceFlags & 0xff) | 0x100 | (origin?.isRemote ? 0x200 : 0);
  return { traceId, spanId, traceState: traceState?.serialize(), flags };
}

function keyValues(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue | null | undefined): object {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return numberValue(value);
  return {};
}

/** Returns a number as OTLP has it. A receiver refuses a whole request with an integer of more than 64 bits, or null. */
function numberValue(value: number): object {
  if (Number.isSafeInteger(value)) return { intValue: value };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

function nanos([seconds, nanos]: HrTime): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
}

function groupBy<K extends ResourceLike | string>(
  spans: readonly ReadableSpanLike[],
  keyOf: (span: ReadableSpanLike) => K,
): Map<K, ReadableSpanLike[]> {
  const groups = new Map<K, ReadableSpanLike[]>();
  for (const span of spans) {
    const key = keyOf(span);
    const group = groups.get(key);
    if (group) group.push(span);
    else groups.set(key, [span]);
  }
  return groups;
}
