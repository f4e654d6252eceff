import type * as lazy from './lazy-option-parts.ts';
import { addSpanMethods, askSampler, createAppHooks, gzip } from './pipeline/option-parts.ts';

/**
 * Provides the parts that only some options need, without loading code later. The build uses this module in place of
 * `lazy-option-parts.ts` for workers and for the single file of a script tag.
 */
export const loadOptionParts: typeof lazy.loadOptionParts = async () => ({
  addSpanMethods,
  askSampler,
  createAppHooks,
  gzip,
});
