import {
  type Carrier,
  createSocketObserver,
  having,
  type Installed,
  isIgnored,
  type Pipeline,
  type Platform,
  PlatformInstrumentation,
  patchBefore,
  type Recorder,
  startInstrumentation,
  type WebSocketHandle,
  type WebSocketOptions,
  wrapGlobal,
} from '@closespan/core';
import { observePageLifecycle } from './page-lifecycle.ts';

/** What `instrumentWebSockets()` takes in a page or worker. */
export interface BrowserWebSocketOptions extends WebSocketOptions {
  /** Carries id and context to the server, which must take them: `queryCarrier()` or `subprotocolCarrier()`. */
  readonly carrier?: Carrier;
}

const platform: Platform<BrowserWebSocketOptions> = {
  optionChecks: { carrier: having('carry') },
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

/** Traces alone: a page's metrics are many small streams, so they need a provider of the user's. */
export async function startPipeline(options: WebSocketOptions): Promise<Pipeline> {
  const { createTracerProvider } = await import('@closespan/core/otlp');
  const tracerProvider = createTracerProvider(options);
  return {
    tracerProvider,
    meterProvider: undefined,
    forceFlush: () => tracerProvider.forceFlush(),
    shutdown: () => tracerProvider.shutdown(),
  };
}
