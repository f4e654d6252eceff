import type { Parts } from './browser-platform.ts';
import { fetchAtLoad } from './fetch-at-load.ts';

/** Loads parts as separate chunks when the app makes its first socket. A page starts without these parts. */
export const parts: Parts = {
  loadMessages: () => import('@closespan/core/messages'),
  loadMetrics: () => import('@closespan/core/metrics'),
  loadRecording: () => import('@closespan/browser/recording'),
  startPipeline: (options) =>
    import('@closespan/browser/pipeline').then(({ startPipeline }) => startPipeline(options, fetchAtLoad)),
};
