import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { expected } from './expected.ts';
import { ATTR_ERROR_TYPE, SPAN_WEBSOCKET_CLOSE, SPAN_WEBSOCKET_RECONNECT } from './semconv.ts';

/**
 * Decision of a sampler about one span. 0 drops the span, 1 records the span without exporting it, 2 records and
 * exports the span.
 */
export interface SamplingResultLike {
  /**
   * Decision, as a number of OpenTelemetry's `SamplingDecision`: 0 drops the span, 1 records it, 2 records and exports
   * it.
   */
  readonly decision: 0 | 1 | 2;
  /** Attributes that the sampler adds to the span. @defaultValue none */
  readonly attributes?: Readonly<Attributes>;
}

/** Members of OpenTelemetry's `Sampler`. This type needs no dependency on the OpenTelemetry SDK. */
export interface SamplerLike {
  /** Decides about a span before the span starts. */
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResultLike;
  /** Returns one line of text that describes the sampler. */
  toString(): string;
}

const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/**
 * Keeps every abnormal WebSocket close, every outage, and a share of all other spans. A close span has all of its attributes when it
 * starts, so the sampler can read how the connection ended.
 * @example new AbnormalCloseSampler(0.05) // every abnormal close, 5 % of the others
 */
export class AbnormalCloseSampler implements SamplerLike {
  readonly #base: number | SamplerLike;

  /**
   * Makes a sampler that keeps the span of every abnormal close, and of every outage.
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

  /** Keeps the span of an abnormal close, and of an outage. For every other span, `base` decides. */
  shouldSample(...args: Parameters<SamplerLike['shouldSample']>): SamplingResultLike {
    const base = this.#base;
    const [, traceId, spanName, , attributes] = args;
    const isKept =
      spanName.startsWith(SPAN_WEBSOCKET_RECONNECT) ||
      (spanName.startsWith(SPAN_WEBSOCKET_CLOSE) && attributes[ATTR_ERROR_TYPE] !== undefined);
    if (!isKept && typeof base !== 'number') return base.shouldSample(...args);
    return { decision: isKept || isWithin(traceId, base as number) ? RECORD_AND_SAMPLED : NOT_RECORD };
  }

  /** Returns one line of text that describes this sampler and its base. */
  toString(): string {
    return `AbnormalCloseSampler{${this.#base}}`;
  }
}

/** Returns whether a ratio keeps a trace. Only the trace id decides, so that all processes decide in the same way. */
function isWithin(traceId: string, ratio: number): boolean {
  let mixed = 0;
  for (const word of traceId.match(/.{8}/g) ?? []) mixed ^= Number.parseInt(word, 16);
  return ratio === 1 || mixed >>> 0 < Math.floor(ratio * 0xffff_ffff);
}
