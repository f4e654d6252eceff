import type { Pipeline } from '@closespan/core/platform';

/** Pipeline that sends nothing. */
export const NO_PIPELINE: Pipeline = {
  tracerProvider: undefined,
  meterProvider: undefined,
  async forceFlush() {},
  async shutdown() {},
};
