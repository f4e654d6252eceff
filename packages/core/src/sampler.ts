import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE, SPAN_WEBSOCKET_CLOSE } from './semconv.ts';

/** What a sampler decided; the numbers of OpenTelemetry's `SamplingDecision`. */
export interface SamplingResultLike {
  readonly decision: 0 | 1 | 2;
  readonly attributes?: Readonly<Attributes>;
}

/** The members of OpenTelemetry's `Sampler`, which is no part of the API package. */
export interface SamplerLike {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResultLike;
  toString(): string;
}

const RECORD_AND_SAMPLED = 2;

/**
 * Keeps every abnormal WebSocket close and asks `base` about everything else.
 * It can, because a close span is started with its attributes.
 */
export class AbnormalCloseSampler implements SamplerLike {
  readonly #base: SamplerLike;

  /** @throws TypeError when `base` has no method `shouldSample` */
  constructor(base: SamplerLike) {
    if (typeof base?.shouldSample !== 'function') {
      throw new TypeError(`Expected \`base\` to be a sampler, got \`${base}\` (${typeof base})`);
    }
    this.#base = base;
  }

  shouldSample(...args: Parameters<SamplerLike['shouldSample']>): SamplingResultLike {
    const [, , spanName, , attributes] = args;
    const abnormal = spanName.startsWith(SPAN_WEBSOCKET_CLOSE) && attributes[ATTR_ERROR_TYPE] !== undefined;
    return abnormal ? { decision: RECORD_AND_SAMPLED } : this.#base.shouldSample(...args);
  }

  toString(): string {
    return `AbnormalCloseSampler{${this.#base}}`;
  }
}
