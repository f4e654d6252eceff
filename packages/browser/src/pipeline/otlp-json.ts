import { SCHEMA } from '@closespan/browser/recording';
import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api';
import { plainJson } from '../store/plain-json.ts';
import type { StoredContext, StoredSpan } from '../store/stored-spans.ts';

/**
 * Returns the JSON body of an OTLP export request for spans, grouped by resource and scope. OpenTelemetry's JSON
 * serializer is not used, since it would add protobuf code to the bundle.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function serializeOtlpJson(spans: readonly StoredSpan[]): string {
  const groups = new Map<string, StoredSpan[]>();
  for (const span of spans) {
    const key = plainJson([span.resource, span.instrumentationScope]);
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  return plainJson({ resourceSpans: [...groups.values()].map(resourceSpans) });
}

/** Returns OTLP's `ResourceSpans` for spans of one resource and scope. */
function resourceSpans(spans: readonly StoredSpan[]) {
  const { resource, instrumentationScope: { name, version } = {} } = spans[0] ?? {};
  return {
    resource: { attributes: keyValues(resource?.attributes) },
    scopeSpans: [{ scope: { name, version }, spans: spans.map(toOtlp), ...SCHEMA }],
  };
}

function toOtlp({ context, parent, ...span }: StoredSpan) {
  return {
    ...ids(context, parent),
    parentSpanId: parent?.spanId,
    name: span.name,
    // In OTLP 0 stands for an unknown kind.
    kind: span.kind + 1,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: keyValues(span.attributes),
    events: span.events.map(({ name, time, attributes }) => ({
      attributes: keyValues(attributes),
      name,
      timeUnixNano: nanos(time),
    })),
    status: span.status,
    links: span.links.map(({ context, attributes }) => ({
      attributes: keyValues(attributes),
      ...ids(context, context),
    })),
  };
}

/**
 * Returns the members of OTLP's `Span` and `Link` that identify a span: ids, trace state and flags.
 * @param origin context of the span's parent, or of the linked span; the flags state whether that context is remote
 */
function ids({ traceId, spanId, traceFlags, state }: StoredContext, origin: StoredContext | undefined) {
  const flags = (traceFlags & 0xff) | 0x100 | (origin?.isRemote ? 0x200 : 0);
  return { traceId, spanId, traceState: state, flags };
}

function keyValues(attributes: Attributes = {}) {
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
