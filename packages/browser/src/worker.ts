import type { WebSocketHandle } from '@closespan/core';
import { startInstrumentation } from '@closespan/core/platform';
import * as recording from '@closespan/core/recording';
import type { BrowserWebSocketOptions } from './browser-options.ts';
import { createPlatform } from './browser-platform.ts';
import * as lifecycle from './lifecycle.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';

/** All parts in one file: service workers may not import any later (HTML § Integration with the JavaScript module system). */
const platform = createPlatform({
  load: async () => lifecycle,
  loadRecording: async () => recording,
  startPipeline,
});

/**
 * Does in a worker of any kind what the main entry's function of this name does.
 * Call it in the worker's first turn, before its first socket.
 * @throws TypeError for a wrong option; never afterwards
 * @example instrumentWebSockets({ serviceName: 'chat-worker' })
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}
