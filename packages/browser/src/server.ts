import { NAME, type Platform, PlatformInstrumentation, type WebSocketHandle } from '@closespan/core';
import { diag } from '@opentelemetry/api';
import type { BrowserWebSocketOptions } from './browser-options.ts';

export { AbnormalCloseSampler, describeCloseCode } from '@closespan/core';

/** What a page's code gets while a server renders it: nothing to observe, and `@closespan/node` left alone. */
const nothing: Platform<BrowserWebSocketOptions> = {
  install: () => ({ observe() {}, uninstall() {} }),
  startPipeline: () => Promise.reject(new Error('no page')),
};

/** Does nothing on a server. */
export function instrumentWebSockets(_options: BrowserWebSocketOptions = {}): WebSocketHandle {
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
