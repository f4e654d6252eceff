import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { BackgroundExporter } from './background-exporter.ts';
import { createEnvelopes } from './span-envelope.ts';
import { spanJson } from './span-json.ts';
import { WrittenSpan } from './written-span.ts';

/** Span processor that keeps the bytes of ended spans, in batches of the SDK. */
export interface WrittenBatches extends SpanProcessor {
  /** Adds a span that no tracer has made. */
  add(json: string, scope: InstrumentationScope): void;
}

/** Makes a processor whose batches go to an exporter. The variables `OTEL_BSP_*` set size and time of the batches. */
export function createWrittenBatches(
  resource: Resource,
  exporter: BackgroundExporter<WrittenSpan[]>,
): WrittenBatches {
  const envelopeOf = createEnvelopes(resource);
  // The SDK's batches read no more of a span than a written span has.
  const batches = new BatchSpanProcessor(exporter as unknown as SpanExporter);

  function add(json: string, scope: InstrumentationScope): void {
    batches.onEnd(new WrittenSpan(json, envelopeOf(scope)) as never);
  }

  return {
    add,
    onStart() {},
    onEnd(span) {
      if (span.spanContext().traceFlags & 1) add(spanJson(span), span.instrumentationScope);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
