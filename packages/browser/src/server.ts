import type { WebSocketHandle } from '@closespan/core';
import { checkOptions, NAME, type Platform, PlatformInstrumentation } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';

export { AbnormalCloseSampler, describeCloseCode, queryCarrier, subprotocolCarrier } from '@closespan/core';

/** What a page's code gets while a server renders it: nothing to observe, and `@closespan/node` left alone. */
const nothing: Platform<BrowserWebSocketOptions> = {
  optionChecks: BROWSER_OPTION_CHECKS,
  install: () => ({ observe() {}, stop() {} }),
  startPipeline: () => Promise.reject(new Error('no page')),
  loadRecording: () => Promise.reject(new Error('no page')),
};

/**
 * Does nothing on a server.
 * @throws TypeError for a wrong option
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  checkOptions(options, BROWSER_OPTION_CHECKS);
  diag.debug(`${NAME}: @closespan/browser does nothing on a server, where @closespan/node observes`);
  return { observe() {}, async forceFlush() {}, async shutdown() {} };
}

/** Does nothing on a server. */
export class WebSocketInstrumentation extends PlatformInstrumentation<BrowserWebSocketOptions> {
  /** @throws TypeError for a wrong option */
  constructor(config: BrowserWebSocketOptions & { enabled?: boolean } = {}) {
    super(nothing, { ...config, enabled: false });
  }

  override enable(): void {}
}
