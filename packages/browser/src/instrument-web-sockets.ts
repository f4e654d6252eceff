import type { WebSocketHandle } from '@closespan/core';
import { PlatformInstrumentation, startInstrumentation } from '@closespan/core/platform';
import type { BrowserWebSocketOptions } from './browser-options.ts';
import { createPlatform } from './browser-platform.ts';

/** What a page does not need to start comes in chunks, when the first socket is made. */
const platform = createPlatform({
  load: () => import('@closespan/browser/lifecycle'),
  startPipeline: async (options) => (await import('@closespan/browser/pipeline')).startPipeline(options),
});

/**
 * Records every close of the global `WebSocket` and `WebSocketStream` of this page or worker from now on.
 * Call it once at start-up, in each worker too; a second call returns the same handle.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/** The same for apps that call `registerInstrumentations`. */
export class WebSocketInstrumentation extends PlatformInstrumentation<BrowserWebSocketOptions> {
  /** @throws TypeError for a wrong option */
  constructor(config: BrowserWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}
