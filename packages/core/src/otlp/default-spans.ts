import { TraceFlags } from '@opentelemetry/api';
import { getStringFromEnv, millisToHrTime } from '@opentelemetry/core';
import type { OtlpSettings } from '../delivery/otlp-settings.ts';
import type { CloseSpan } from '../span/close-span.ts';
import { randomIds } from './random-ids.ts';
import type { SpanFields } from './write-span.ts';

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

/**
 * Returns whether the SDK makes spans as it does by default: every span is sampled, and has all of its attributes. A
 * given sampler changes this, or a variable that sets a sampler or a limit.
 */
export function areSpansDefault({ sampler }: OtlpSettings): boolean {
  return !sampler && VARIABLES.every((name) => getStringFromEnv(name) === undefined);
}

/**
 * Returns the fields of the span that the SDK makes by default. Returns `undefined` if only a tracer of the SDK can make
 * the span.
 */
export function defaultFields(span: CloseSpan): SpanFields | undefined {
  const { name, kind, attributes, links, startTime, endTime, status, parent } = span;
  // The SDK takes a small number for a time since the start of the process, and corrects times in the wrong order.
  if (parent || !(startTime > performance.now() && startTime <= endTime)) return undefined;
  const ids = randomIds();
  const context = { traceId: ids.slice(0, 32), spanId: ids.slice(32), traceFlags: TraceFlags.SAMPLED };
  const start = millisToHrTime(startTime);
  return {
    name,
    kind,
    spanContext: () => context,
    startTime: start,
    endTime: startTime === endTime ? start : millisToHrTime(endTime),
    status,
    attributes,
    links,
    events: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
