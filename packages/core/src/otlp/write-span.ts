import { Buffer } from 'node:buffer';
import type { HrTime, Link, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import type { JsonBytes } from './json-bytes.ts';
import { jsonString } from './json-text.ts';
import { createAttributesWriter } from './write-attributes.ts';

/** Members of a span of the OpenTelemetry SDK that an OTLP request contains. */
export type SpanFields = Omit<ReadableSpan, 'duration' | 'ended' | 'resource' | 'instrumentationScope'>;

/** Bits of OTLP's span flags: whether it is known that the parent or the linked span is remote, and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** End of a span that has attributes alone. */
const PLAIN_END = Buffer.from(
  ',"droppedAttributesCount":0,"events":[],"droppedEventsCount":0,"status":{"code":0},"links":[],"droppedLinksCount":0,"flags":257}',
);
const PLAIN_FLAGS = 257;

/**
 * Makes a function that writes spans as an OTLP `Span` in JSON. The bytes are those of the SDK's serializer, which first
 * makes an object of each attribute.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function createSpanWriter(out: JsonBytes): (span: SpanFields) => void {
  const writeAttributes = createAttributesWriter();
  const writeOtherAttributes = createAttributesWriter();

  function writeEnd(span: SpanFields, flags: number): void {
    const { status, events, links } = span;
    const { message = '' } = status;
    out.text(`,"droppedAttributesCount":${span.droppedAttributesCount},"events":[`);
    events.forEach(writeEvent);
    out.endArray();
    out.text(`,"droppedEventsCount":${span.droppedEventsCount},"status":{"code":${status.code}`);
    if (status.message !== undefined) out.text(`,"message":${jsonString(message)}`);
    out.text('},"links":[');
    links.forEach(writeLink);
    out.endArray();
    out.text(`,"droppedLinksCount":${span.droppedLinksCount},"flags":${flags}}`);
  }

  function writeEvent({ name, time, attributes = {}, droppedAttributesCount = 0 }: TimedEvent): void {
    out.text('{"attributes":[');
    writeOtherAttributes(out, attributes);
    out.endArray();
    out.text(`,"name":${jsonString(name)},"timeUnixNano":"${nanosOf(time)}"`);
    out.text(`,"droppedAttributesCount":${droppedAttributesCount}},`);
  }

  function writeLink({ context, attributes = {}, droppedAttributesCount = 0 }: Link): void {
    out.text('{"attributes":[');
    writeOtherAttributes(out, attributes);
    out.endArray();
    out.text(`,"spanId":"${context.spanId}","traceId":"${context.traceId}"${traceStateOf(context)}`);
    out.text(`,"droppedAttributesCount":${droppedAttributesCount},"flags":${flagsOf(context, context)}},`);
  }

  return (span) => {
    const { name, kind, startTime, endTime, parentSpanContext: parent } = span;
    const context = span.spanContext();
    const parentId = parent?.spanId ? `,"parentSpanId":"${parent.spanId}"` : '';
    const start = nanosOf(startTime);
    const end = startTime === endTime ? start : nanosOf(endTime);
    out.text(
      `{"traceId":"${context.traceId}","spanId":"${context.spanId}"${parentId}${traceStateOf(context)}` +
        // In OTLP 0 stands for an unknown kind.
        `,"name":${jsonString(name)},"kind":${kind + 1},"startTimeUnixNano":"${start}","endTimeUnixNano":"${end}"` +
        ',"attributes":[',
    );
    writeAttributes(out, span.attributes);
    out.endArray();
    const flags = flagsOf(context, parent);
    if (flags === PLAIN_FLAGS && isPlain(span)) out.bytes(PLAIN_END);
    else writeEnd(span, flags);
  };
}

/** Returns whether a span has attributes alone, and all of them. */
function isPlain(span: SpanFields): boolean {
  const { status, events, links } = span;
  const dropped = span.droppedAttributesCount + span.droppedEventsCount + span.droppedLinksCount;
  return status.code === 0 && status.message === undefined && dropped + events.length + links.length === 0;
}

function traceStateOf({ traceState }: SpanContext): string {
  return traceState ? `,"traceState":${jsonString(traceState.serialize())}` : '';
}

/**
 * Returns the flags of a span or link.
 * @param origin context of the span's parent, or of the linked span
 */
function flagsOf({ traceFlags }: SpanContext, origin: SpanContext | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (origin?.isRemote ? IS_REMOTE : 0);
}

/**
 * Returns a time as nanoseconds since the epoch. A double has too few digits. The result is 0 for what is no time: a clock
 * that an app has faked may return anything.
 */
function nanosOf([seconds, nanos]: HrTime): string {
  if (seconds > 0 && nanos >= 0 && nanos < 1e9 && Number.isInteger(seconds) && Number.isInteger(nanos))
    return `${seconds}${String(1e9 + nanos).slice(1)}`;
  if (!Number.isFinite(seconds + nanos)) return '0';
  return String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanos)));
}
