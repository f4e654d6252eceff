import type { Parts } from './browser-platform.ts';

/** Parts that come as chunks when the first socket is made: a page does not need them to start. */
export const parts: Parts = {
  loadLifecycle: () => import('@closespan/browser/lifecycle'),
  loadRecording: () => import('@closespan/core/recording'),
  startPipeline: async (options) => (await import('@closespan/browser/pipeline')).startPipeline(options),
};
