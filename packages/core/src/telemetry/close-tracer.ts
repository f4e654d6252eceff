import type { Tracer } from '@opentelemetry/api';

/** Part of a tracer that makes close spans. */
export type CloseTracer = Pick<Tracer, 'startSpan'>;

/** Provider of a tracer for close spans. Every tracer provider of OpenTelemetry is such a provider. */
export interface CloseTracerProvider {
  /** Returns the tracer of an instrumentation scope. */
  getTracer(name: string, version?: string): CloseTracer;
}
