import {
  createSocketObserver,
  isIgnored,
  type Pipeline,
  type Platform,
  PlatformInstrumentation,
  patchBefore,
  startInstrumentation,
  type WebSocketHandle,
  type WebSocketOptions,
  wrapGlobal,
} from '@closespan/core';
import { observePageLifecycle } from './page-lifecycle.ts';

const platform: Platform = { install, startPipeline };

/**
 * Records every close of the global `WebSocket` of this page or worker from now on.
 * Call it once at start-up, in each worker too; a second call returns the same handle.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: WebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/** The same for apps that call `registerInstrumentations`. */
export class WebSocketInstrumentation extends PlatformInstrumentation {
  /** @throws TypeError for a wrong option */
  constructor(config: WebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(...[recorder, options]: Parameters<Platform['install']>): ReturnType<Platform['install']> {
  const native = globalThis.WebSocket;
  const observer = createSocketObserver(recorder, (socket) => socket instanceof native);
  const unwrap = wrapGlobal<WebSocket>(globalThis, 'WebSocket', (socket) => {
    if (!isIgnored(socket.url, options.ignoreUrls)) observer.observe(socket);
  });
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

/** Traces alone: a page's metrics are many small streams, so they need a provider of the user's. */
async function startPipeline(options: WebSocketOptions): Promise<Pipeline> {
  const { createTracerProvider } = await import('@closespan/core/otlp');
  const tracerProvider = createTracerProvider(options);
  return {
    tracerProvider,
    meterProvider: undefined,
    forceFlush: () => tracerProvider.forceFlush(),
    shutdown: () => tracerProvider.shutdown(),
  };
}
