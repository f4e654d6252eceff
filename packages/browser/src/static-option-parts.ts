import type * as lazy from './lazy-option-parts.ts';
import { createAppHooks, createPipelineTracerProvider, gzip } from './pipeline/option-parts.ts';

/**
 * Provides the parts that only some options need, without loading code later. The build uses this module in place of
 * `lazy-option-parts.ts` for workers and for the single file of a script tag.
 */
export const loadOptionParts: typeof lazy.loadOptionParts = async () => ({
  createAppHooks,
  createPipelineTracerProvider,
  gzip,
});

/** The parts are there from the start, and make what the code for pages without them would make. */
export const arePartsLate: typeof lazy.arePartsLate = false;
