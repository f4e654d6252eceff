import {
  createSocketObserver,
  type Installed,
  isIgnored,
  type Pipeline,
  type Platform,
  PlatformInstrumentation,
  patchBefore,
  type Recorder,
  startInstrumentation,
  type WebSocketHandle,
  wrapGlobal,
} from '@closespan/core';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';
import { observePageLifecycle } from './page-lifecycle.ts';

const platform: Platform<BrowserWebSocketOptions> = {
  optionChecks: BROWSER_OPTION_CHECKS,
  install,
  startPipeline,
};

/**
 * Records every close of the global `WebSocket` of this page or worker from now on.
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

function install(recorder: Recorder, { ignoreUrls, carrier }: BrowserWebSocketOptions): Installed {
  const native = globalThis.WebSocket;
  const observer = createSocketObserver(recorder, (socket) => socket instanceof native);
  const unwrap = wrapGlobal(
    globalThis,
    'WebSocket',
    (socket) => {
      if (!isIgnored(socket.url, ignoreUrls)) observer.observe(socket);
    },
    carrier?.carry(observer, ignoreUrls),
  );
  const unpatch = native
    ? patchBefore(native.prototype, 'close', (socket, [code]) => observer.closing(socket, code))
    : () => {};
  const stopLifecycle = observePageLifecycle(globalThis, observer, recorder);
  return {
    observe: observer.observe,
    uninstall() {
      unwrap();
      unpatch();
      stopLifecycle();
      observer.stop();
    },
  };
}

/** Loads our own pipeline, which a page needs that has no provider of its own. */
async function startPipeline(options: BrowserWebSocketOptions): Promise<Pipeline> {
  const pipeline = await import('@closespan/browser/pipeline');
  return pipeline.startPipeline(options);
}
