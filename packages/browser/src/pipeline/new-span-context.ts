import { randomHex } from '@closespan/core/platform';
import type { SpanContext } from '@opentelemetry/api';

/** Trace id and span id of a span that exists: neither consists of zeros alone (W3C Trace Context § 3.2.2). */
const IDS = /^(?!0{32})[\da-f]{32} (?!0{16})[\da-f]{16}$/i;

/** Returns the ids of a parent span. Returns `undefined` if there is no span with these ids. */
export function existing(parent: SpanContext | undefined): SpanContext | undefined {
  return parent && IDS.test(`${parent.traceId} ${parent.spanId}`) ? parent : undefined;
}

/** Returns the ids of a new span. The span is sampled, unless its parent is not. */
export function newSpanContext(parent: SpanContext | undefined): SpanContext {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    traceFlags: parent ? parent.traceFlags & 1 : 1,
    ...(parent?.traceState && { traceState: parent.traceState }),
  };
}
