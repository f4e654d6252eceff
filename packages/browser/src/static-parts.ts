import { createRecording } from '@closespan/core/recording';
import type { Parts } from './browser-platform.ts';
import { observeLifecycle } from './lifecycle.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';

/**
 * Parts that are in the file from the start. The build puts this module in place of `lazy-parts.ts` where nothing may
 * be loaded later: for workers, since a service worker may not call `import()` (HTML § Integration with the JavaScript
 * module system), and for the one file of a script tag.
 */
export const parts: Parts = {
  loadLifecycle: async () => ({ observeLifecycle }),
  loadRecording: async () => ({ createRecording }),
  startPipeline,
};
