import { createRecording, observeLifecycle } from '@closespan/browser/recording';
import { createCloseMetrics } from '@closespan/core/metrics';
import type { Parts } from './browser-platform.ts';
import { fetchAtLoad } from './fetch-at-load.ts';
import { loadHooks } from './load-hooks.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';
import { loadMessages } from './static-messages.ts';

/**
 * Provides parts without loading code later. The build uses this module in place of `lazy-parts.ts` for workers and for
 * the single file of a script tag. A service worker must not call `import()` (HTML § Integration with the JavaScript
 * module system).
 */
export const parts: Parts = {
  loadMessages,
  loadMetrics: () => ({ createCloseMetrics }),
  loadRecording: async () => ({ createRecording, loadHooks, observeLifecycle }),
  startPipeline: (options) => startPipeline(options, fetchAtLoad),
};
