import type { CloseTracer, CloseTracerProvider } from '@closespan/browser/recording';
import type { SamplerLike } from '@closespan/core';
import { askSampler, spanContextOf, unrecordedSpan } from '@closespan/core/platform';
import type { Context, Span, SpanKind, SpanOptions } from '@opentelemetry/api';
import type { StoredSpan } from '../store/stored-spans.ts';
import { existing, newSpanContext } from './new-span-context.ts';
import { startPipelineSpan } from './pipeline-span.ts';

/** Options of the built-in pipeline's tracer provider. */
export interface PipelineTracerOptions {
  /** Resource of all spans. */
  readonly resource: StoredSpan['resource'];
  /**
   * Decides which spans are sent.
   * @defaultValue sends all spans except children of an unsampled span
   */
  readonly sampler: SamplerLike | undefined;
  /** Called with each sampled span when the span ends. */
  readonly onEnd: (span: StoredSpan) => void;
}

// Numbers: the API's enums are objects, which every page would load.
const INTERNAL: SpanKind.INTERNAL = 0;
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/**
 * Makes the tracer provider of the built-in pipeline. The code has a third of the size of the SDK's tracer provider.
 */
export function createPipelineTracerProvider(options: PipelineTracerOptions): CloseTracerProvider {
  return { getTracer: (name, version) => createTracer({ name, ...(version && { version }) }, options) };
}

function createTracer(
  instrumentationScope: StoredSpan['instrumentationScope'],
  { resource, sampler, onEnd }: PipelineTracerOptions,
): CloseTracer {
  return {
    startSpan(name: string, options: SpanOptions, context: Context): Span {
      const { kind = INTERNAL, attributes = {}, links = [], startTime = Date.now() } = options;
      const parent = existing(spanContextOf(context));
      const ids = newSpanContext(parent);
      const { decision, attributes: sampled } = sampler
        ? askSampler(sampler, context, ids.traceId, name, kind, attributes, links)
        : { decision: ids.traceFlags ? RECORD_AND_SAMPLED : NOT_RECORD };
      const isSampled = decision === RECORD_AND_SAMPLED;
      const spanContext = { ...ids, traceFlags: Number(isSampled) };
      if (decision === NOT_RECORD) return unrecordedSpan(spanContext);
      return startPipelineSpan(
        spanContext,
        {
          ...{ name, kind, parent, startTime, links, resource, instrumentationScope },
          attributes: { ...attributes, ...sampled },
        },
        isSampled ? onEnd : () => {},
      );
    },
  };
}
