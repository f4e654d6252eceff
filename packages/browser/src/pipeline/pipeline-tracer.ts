import {
  type CloseTracer,
  type CloseTracerProvider,
  spanContextOf,
  unrecordedSpan,
} from '@closespan/browser/recording';
import type { SamplerLike } from '@closespan/core';
import { randomHex } from '@closespan/core/platform';
import type { Context, Span, SpanContext, SpanKind, SpanOptions } from '@opentelemetry/api';
import type { StoredSpan } from '../store/stored-spans.ts';
import type * as optionParts from './option-parts.ts';
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
  /** Code for hooks of the app. Absent if the app has neither a sampler nor a hook that gets spans. */
  readonly hooks: Pick<typeof optionParts, 'addSpanMethods' | 'askSampler'> | undefined;
  /** Called with each sampled span when the span ends. */
  readonly onEnd: (span: StoredSpan) => void;
}

// Numbers: the API's enums are objects, which every page would load.
const INTERNAL: SpanKind.INTERNAL = 0;
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/** Trace id and span id of a span that exists: neither consists of zeros alone (W3C Trace Context § 3.2.2). */
const IDS = /^(?!0{32})[\da-f]{32} (?!0{16})[\da-f]{16}$/i;

/**
 * Makes the tracer provider of the built-in pipeline. The code has a third of the size of the SDK's tracer provider.
 */
export function createPipelineTracerProvider(options: PipelineTracerOptions): CloseTracerProvider {
  return { getTracer: (name, version) => createTracer({ name, ...(version && { version }) }, options) };
}

function createTracer(
  instrumentationScope: StoredSpan['instrumentationScope'],
  { resource, sampler, hooks, onEnd }: PipelineTracerOptions,
): CloseTracer {
  return {
    startSpan(name: string, options: SpanOptions, context: Context): Span {
      const { kind = INTERNAL, attributes = {}, links = [], startTime = Date.now() } = options;
      const active = spanContextOf(context);
      const parent = active && IDS.test(`${active.traceId} ${active.spanId}`) ? active : undefined;
      const traceId = parent?.traceId ?? randomHex(16);
      const { decision, attributes: sampled } =
        sampler && hooks
          ? hooks.askSampler(sampler, context, traceId, name, kind, attributes, links)
          : { decision: parent && !(parent.traceFlags & 1) ? NOT_RECORD : RECORD_AND_SAMPLED };
      const isSampled = decision === RECORD_AND_SAMPLED;
      const spanContext: SpanContext = {
        traceId,
        spanId: randomHex(8),
        traceFlags: Number(isSampled),
        ...(parent?.traceState && { traceState: parent.traceState }),
      };
      if (decision === NOT_RECORD) return unrecordedSpan(spanContext);
      return startPipelineSpan(
        spanContext,
        {
          ...{ name, kind, parent, startTime, links, resource, instrumentationScope },
          attributes: { ...attributes, ...sampled },
        },
        isSampled ? onEnd : () => {},
        hooks?.addSpanMethods,
      );
    },
  };
}
