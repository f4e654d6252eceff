import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { expected } from './expected.ts';
import { ATTR_ERROR_TYPE, SPAN_WEBSOCKET_CLOSE } from './semconv.ts';

/** Decision of a sampler about a span: 0 drops the span, 1 records it, 2 records and exports it. */
export interface SamplingResultLike {
  /** Number of OpenTelemetry's `SamplingDecision`. */
  readonly decision: 0 | 1 | 2;
  /** Attributes that the sampler adds to the span. @defaultValue none */
  readonly attributes?: Readonly<Attributes>;
}

/** Names the members of OpenTelemetry's `Sampler`, a type that the API package does not have. */
export interface SamplerLike {
  /** Decides about a span before it starts. */
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResultLike;
  /** Describes the sampler in one line. */
  toString(): string;
}

const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/**
 * Keeps every abnormal WebSocket close, and a share of all other spans. A close span starts with all of its attributes,
 * so that the sampler sees how the connection ended.
 * @example new AbnormalCloseSampler(0.05) // every abnormal close, 5 % of the others
 */
export class AbnormalCloseSampler implements SamplerLike {
  readonly #base: number | SamplerLike;

  /**
   * @param base decides about all other spans: a sampler, or the ratio of traces to keep, from 0 to 1. A ratio keeps
   * the traces that OpenTelemetry's `TraceIdRatioBasedSampler` keeps
   * @throws TypeError for any other value
   */
  constructor(base: number | SamplerLike) {
    const isSampler = typeof (base as SamplerLike)?.shouldSample === 'function';
    if (!isSampler && !(typeof base === 'number' && base >= 0 && base <= 1)) {
      throw expected('base', 'a number from 0 to 1 or a sampler', base);
    }
    this.#base = base;
  }

  /** Keeps the span of an abnormal close; `base` decides about every other span. */
  shouldSample(...args: Parameters<SamplerLike['shouldSample']>): SamplingResultLike {
    const base = this.#base;
    const [, traceId, spanName, , attributes] = args;
    const abnormal = spanName.startsWith(SPAN_WEBSOCKET_CLOSE) && attributes[ATTR_ERROR_TYPE] !== undefined;
    if (!abnormal && typeof base !== 'number') return base.shouldSample(...args);
    return { decision: abnormal || isWithin(traceId, base as number) ? RECORD_AND_SAMPLED : NOT_RECORD };
  }

  /** Describes this sampler and its base in one line. */
  toString(): string {
    return `AbnormalCloseSampler{${this.#base}}`;
  }
}

/** Returns whether a ratio keeps a trace. The trace's id alone decides, so that every process decides alike. */
function isWithin(traceId: string, ratio: number): boolean {
  let mixed = 0;
  for (const word of traceId.match(/.{8}/g) ?? []) mixed ^= Number.parseInt(word, 16);
  return ratio === 1 || mixed >>> 0 < Math.floor(ratio * 0xffff_ffff);
}
