import { getStringFromEnv, millisToHrTime } from '@opentelemetry/core';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import type { CloseSpan } from '../telemetry/close-span.ts';
import type { OtlpSettings } from '../telemetry/otlp-settings.ts';
import { spanJson } from './span-json.ts';

/** Variables that change what the SDK makes of a span. */
const VARIABLES = [
  'OTEL_TRACES_SAMPLER',
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
];

/** Writes a close span in JSON. Returns `undefined` if only a tracer of the SDK can make the span. */
export type WriteCloseSpan = (span: CloseSpan) => string | undefined;

/**
 * Makes a function that writes close spans as the SDK does by default: every span is sampled, and has all of its
 * attributes. The function makes no span of the SDK, which takes most of the time of an export. Returns `undefined` if
 * a sampler is given, or if a variable sets a sampler or a limit.
 */
export function writeDefaultSpans({ sampler }: OtlpSettings): WriteCloseSpan | undefined {
  if (sampler || VARIABLES.some((name) => getStringFromEnv(name) !== undefined)) return undefined;
  const ids = new RandomIdGenerator();
  return ({ name, kind, attributes, links, startTime, endTime, status, parent }) => {
    // The SDK takes a small number for a time since the start of the process, and corrects times in the wrong order.
    if (parent || !(startTime > performance.now() && startTime <= endTime)) return undefined;
    const context = { traceId: ids.generateTraceId(), spanId: ids.generateSpanId(), traceFlags: 1 };
    return spanJson({
      name,
      kind,
      spanContext: () => context,
      startTime: millisToHrTime(startTime),
      endTime: millisToHrTime(endTime),
      status,
      attributes,
      links,
      events: [],
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    });
  };
}
