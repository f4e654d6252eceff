import type { SamplerLike } from '@closespan/core';
import { askSampler, randomHex } from '@closespan/core/recording';
import {
  context as activeContext,
  type Context,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { ReadableSpanLike, ResourceLike } from '../store/stored-spans.ts';
import { PipelineSpan } from './pipeline-span.ts';

/** Options of the built-in pipeline's tracer provider. */
export interface PipelineTracerOptions {
  /** Resource of all spans. */
  readonly resource: ResourceLike;
  /**
   * Decides which spans are sent.
   * @defaultValue sends all spans except children of an unsampled span
   */
  readonly sampler: SamplerLike | undefined;
  /** Called with each sampled span when the span ends. */
  readonly onEnd: (span: ReadableSpanLike) => void;
}

// Numbers: the API's enums are objects, which every page would load.
const INTERNAL: SpanKind.INTERNAL = 0;
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/**
 * Makes the tracer provider of the built-in pipeline. The code has a third of the size of the SDK's tracer provider.
 */
export function createPipelineTracerProvider(options: PipelineTracerOptions): TracerProvider {
  return { getTracer: (name, version) => createTracer({ name, ...(version && { version }) }, options) };
}

function createTracer(
  scope: { name: string; version?: string },
  { resource, sampler, onEnd }: PipelineTracerOptions,
): Tracer {
  function startSpan(
    name: string,
    options: SpanOptions = {},
    context: Context = activeContext.active(),
  ): Span {
    const { kind = INTERNAL, attributes = {}, links = [], startTime = Date.now() } = options;
    const active = options.root ? undefined : trace.getSpanContext(context);
    const parent = active && trace.isSpanContextValid(active) ? active : undefined;
    const traceId = parent?.traceId ?? randomHex(16);
    const { decision, attributes: sampled } = sampler
      ? askSampler(sampler, context, traceId, name, kind, attributes, links)
      : { decision: parent && !(parent.traceFlags & 1) ? NOT_RECORD : RECORD_AND_SAMPLED, attributes: {} };
    const isSampled = decision === RECORD_AND_SAMPLED;
    const spanContext: SpanContext = {
      traceId,
      spanId: randomHex(8),
      traceFlags: Number(isSampled),
      ...(parent?.traceState && { traceState: parent.traceState }),
    };
    if (decision === NOT_RECORD) return trace.wrapSpanContext(spanContext);
    return new PipelineSpan({
      ...{ name, kind, context: spanContext, parent, startTime, resource, scope },
      attributes: { ...attributes, ...sampled },
      links: [...links],
      onEnd: isSampled ? onEnd : () => {},
    });
  }

  function startActiveSpan<R>(name: string, ...rest: unknown[]): R {
    const run = rest.pop() as (span: Span) => R;
    const [options, context = activeContext.active()] = rest as [SpanOptions?, Context?];
    const span = startSpan(name, options, context);
    return activeContext.with(trace.setSpan(context, span), () => run(span));
  }

  return { startSpan, startActiveSpan };
}
