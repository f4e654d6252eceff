import { TraceFlags } from '@opentelemetry/api';
import { getNumberFromEnv, type InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { TrackedSpans } from '../delivery/tracked-spans.ts';
import type { BackgroundExporter } from './background-exporter.ts';
import { JsonBytes } from './json-bytes.ts';
import { createEnvelopes } from './span-envelope.ts';
import { createSpanWriter, type SpanFields } from './write-span.ts';
import { WrittenSpan } from './written-span.ts';

/** Span processor that keeps the bytes of ended spans, in batches of the SDK. */
export interface WrittenBatches extends SpanProcessor {
  /** Adds a span that no tracer has made. */
  add(span: SpanFields, scope: InstrumentationScope): void;
  /** Ends the spans that have started and not ended. Meant for a process that ends while a hook has a span. */
  endStarted(): void;
}

/**
 * Time for which a span waits for others, in milliseconds. The SDK's 5 seconds are long for somebody who looks at a
 * screen. A request a second costs a process little.
 */
const DELAY_MILLIS = 1000;

/**
 * Makes a processor whose batches go to an exporter. The variables `OTEL_BSP_*` set size and time of the batches. Without
 * `OTEL_BSP_SCHEDULE_DELAY` a batch is exported after a second.
 * @param tracked set of undelivered spans, to which each span is added. If absent, spans are not tracked
 */
export function createWrittenBatches(
  resource: Resource,
  exporter: BackgroundExporter<WrittenSpan[]>,
  tracked?: TrackedSpans<WrittenSpan>,
): WrittenBatches {
  const out = new JsonBytes();
  const writeSpan = createSpanWriter(out);
  const envelopeOf = createEnvelopes(resource);
  // The SDK's batches read no more of a span than a written span has.
  const batches = new BatchSpanProcessor(exporter as unknown as SpanExporter, {
    scheduledDelayMillis: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY') ?? DELAY_MILLIS,
  });

  const started = new Set<Span>();
  const passOn = (span: WrittenSpan) => batches.onEnd(span as never);

  function add(fields: SpanFields, scope: InstrumentationScope): void {
    writeSpan(fields);
    const span = new WrittenSpan(out.end(), envelopeOf(scope));
    if (tracked) tracked.add(span, passOn);
    else passOn(span);
  }

  return {
    add,
    endStarted() {
      for (const span of started) span.end();
    },
    onStart(span) {
      if (tracked) started.add(span);
    },
    onEnd(span) {
      started.delete(span as Span);
      if (span.spanContext().traceFlags & TraceFlags.SAMPLED) add(span, span.instrumentationScope);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
