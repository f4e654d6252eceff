import type { HrTime, Link, SpanContext, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import { attributesJson, quote } from './attributes-json.ts';

/** Members of a span of the OpenTelemetry SDK that an OTLP request contains. */
export type SpanFields = Omit<ReadableSpan, 'duration' | 'ended' | 'resource' | 'instrumentationScope'>;

/** Bits of OTLP's span flags: whether it is known that the parent or the linked span is remote, and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/**
 * Returns a span as an OTLP `Span` in JSON. The text is byte for byte the text of the SDK's serializer, which first
 * makes an object of each attribute.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function spanJson(span: SpanFields): string {
  const { name, kind, status, events, links, parentSpanContext: parent } = span;
  const context = span.spanContext();
  return (
    `{"traceId":"${context.traceId}","spanId":"${context.spanId}"` +
    `${parent?.spanId ? `,"parentSpanId":"${parent.spanId}"` : ''}${traceState(context)},"name":${quote(name)}` +
    // In OTLP 0 stands for an unknown kind.
    `,"kind":${kind + 1},"startTimeUnixNano":"${nanos(span.startTime)}","endTimeUnixNano":"${nanos(span.endTime)}"` +
    `,"attributes":[${attributesJson(span.attributes)}],"droppedAttributesCount":${span.droppedAttributesCount}` +
    `,"events":[${events.map(eventJson)}],"droppedEventsCount":${span.droppedEventsCount}` +
    `,"status":{"code":${status.code}${messageMember(status)}}` +
    `,"links":[${links.map(linkJson)}],"droppedLinksCount":${span.droppedLinksCount}` +
    `,"flags":${flags(context, parent)}}`
  );
}

function eventJson({ name, time, attributes = {}, droppedAttributesCount = 0 }: TimedEvent): string {
  return (
    `{"attributes":[${attributesJson(attributes)}],"name":${quote(name)},"timeUnixNano":"${nanos(time)}"` +
    `,"droppedAttributesCount":${droppedAttributesCount}}`
  );
}

function linkJson({ context, attributes = {}, droppedAttributesCount = 0 }: Link): string {
  return (
    `{"attributes":[${attributesJson(attributes)}],"spanId":"${context.spanId}","traceId":"${context.traceId}"` +
    `${traceState(context)},"droppedAttributesCount":${droppedAttributesCount},"flags":${flags(context, context)}}`
  );
}

function messageMember({ message }: SpanStatus): string {
  return message === undefined ? '' : `,"message":${quote(message)}`;
}

function traceState({ traceState }: SpanContext): string {
  return traceState ? `,"traceState":${quote(traceState.serialize())}` : '';
}

/**
 * Returns the flags of a span or link.
 * @param origin context of the span's parent, or of the linked span
 */
function flags({ traceFlags }: SpanContext, origin: SpanContext | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (origin?.isRemote ? IS_REMOTE : 0);
}

/** Returns a time as nanoseconds since the epoch. A double has too few digits. */
function nanos([seconds, nanos]: HrTime): string {
  return seconds > 0 && nanos >= 0 && nanos < 1e9 && Number.isInteger(seconds) && Number.isInteger(nanos)
    ? `${seconds}${String(1e9 + nanos).slice(1)}`
    : String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanos)));
}
