import type { WebSocketHandle } from '@closespan/core';
import { checkOptions, NAME, type Platform, PlatformInstrumentation } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';

export { AbnormalCloseSampler, describeCloseCode, queryCarrier, subprotocolCarrier } from '@closespan/core';

/** Platform that observes nothing. While a server renders a page, `@closespan/node` observes the sockets. */
const nothing: Platform<BrowserWebSocketOptions> = {
  optionChecks: BROWSER_OPTION_CHECKS,
  install: () => ({ observe() {}, connectionOf: () => undefined, stop() {} }),
  startPipeline: () => Promise.reject(new Error('no page')),
  loadRecording: () => Promise.reject(new Error('no page')),
};

/**
 * Checks the options and observes nothing, since this code runs on a server that renders a page.
 * @throws TypeError for a wrong option
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  checkOptions(options, BROWSER_OPTION_CHECKS);
  diag.debug(`${NAME}: @closespan/browser does nothing on a server, where @closespan/node observes`);
  return {
    observe() {},
    note() {},
    connectionIdOf: () => undefined,
    async forceFlush() {},
    async shutdown() {},
  };
}

/** Observes nothing, since this code runs on a server that renders a page. */
export class WebSocketInstrumentation extends PlatformInstrumentation<BrowserWebSocketOptions> {
  /**
   * Checks the options of `instrumentWebSockets()`, and `enabled`.
   * @throws TypeError for a wrong option
   */
  constructor(config: BrowserWebSocketOptions & { enabled?: boolean } = {}) {
    super(nothing, { ...config, enabled: false });
  }

  /** Does nothing. */
  override enable(): void {}
}
