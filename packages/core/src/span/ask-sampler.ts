import { callHook } from '../call-hook.ts';
import type { SamplerLike, SamplingResultLike } from '../sampler.ts';

const RECORD_AND_SAMPLED = 2;

/**
 * Asks a sampler of the user about a span. A sampler that throws, or returns no decision, is logged with `diag.error`,
 * and the span is kept.
 */
export function askSampler(
  sampler: SamplerLike,
  ...span: Parameters<SamplerLike['shouldSample']>
): SamplingResultLike {
  let attributes: SamplingResultLike['attributes'];
  const decision = callHook<SamplingResultLike['decision'], typeof RECORD_AND_SAMPLED>(
    'sampler',
    'number',
    () => {
      const result = sampler.shouldSample(...span);
      attributes = result.attributes;
      // A promise has no decision; passed on, its rejection is handled.
      return result.decision ?? result;
    },
    RECORD_AND_SAMPLED,
  );
  return { decision, ...(attributes && { attributes }) };
}
