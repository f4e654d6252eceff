import type { WebSocketHandle } from '@closespan/core';
import { PlatformInstrumentation, startInstrumentation } from '@closespan/core/platform';
import type { BrowserWebSocketOptions } from './browser-options.ts';
import { createPlatform } from './browser-platform.ts';
import { parts } from './lazy-parts.ts';

const platform = createPlatform(parts);

/**
 * Records every close of the global `WebSocket` and `WebSocketStream` of this page or worker from now on. Call the
 * function once at start-up, and once in each worker. A second call returns the handle of the first call and changes no
 * option.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/**
 * Records closes as `instrumentWebSockets()` does, for apps that call OpenTelemetry's `registerInstrumentations()`.
 * Observation begins when `registerInstrumentations()` calls `enable()`.
 */
export class WebSocketInstrumentation extends PlatformInstrumentation<BrowserWebSocketOptions> {
  /**
   * Accepts the options of `instrumentWebSockets()`, and the option `enabled`. With `enabled: true` observation begins
   * at once.
   * @throws TypeError for a wrong option
   */
  constructor(config: BrowserWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}
