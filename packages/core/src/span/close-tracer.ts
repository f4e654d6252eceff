import type { Context, Span, SpanOptions } from '@opentelemetry/api';

/** Part of a tracer that makes close spans. Every tracer of OpenTelemetry has this part. */
export interface CloseTracer {
  /** Starts a span. The span that is active in `context` becomes the parent. */
  startSpan(name: string, options: SpanOptions, context: Context): Span;
}

/** Provider of a tracer for close spans. Every tracer provider of OpenTelemetry is such a provider. */
export interface CloseTracerProvider {
  /** Returns the tracer of an instrumentation scope. */
  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): CloseTracer;
}
