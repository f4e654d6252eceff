import { type Platform, PlatformInstrumentation, startInstrumentation } from '@closespan/core/platform';
import { installObservers } from './install-observers.ts';
import type { NodeWebSocketHandle } from './instrument-server.ts';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { loadRecording } from './pipeline/load-recording.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';
import { joinMainScope } from './runtime/global-scopes.ts';

/**
 * Parts of closespan that exist only on Node: checks of options, observers, and the built-in pipeline. The built-in
 * pipeline is an OTLP exporter for an app without an OpenTelemetry SDK.
 */
export const platform: Platform<NodeWebSocketOptions, NodeWebSocketHandle> = {
  optionChecks: NODE_OPTION_CHECKS,
  install: installObservers,
  startPipeline,
  loadRecording,
};

/**
 * Starts to record each WebSocket close of this process: of clients and servers of `ws` and `websocket`, of the global
 * `WebSocket`, and of undici. On Node, other libraries are observed by their frames. Call this function once at
 * start-up. The libraries may be loaded before or after the call.
 * @returns the handle, which controls observation. A second call returns the handle of the first call and ignores its
 * own options
 * @throws TypeError for a wrong option. After this call observation never throws
 * @example const { shutdown } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: NodeWebSocketOptions = {}): NodeWebSocketHandle {
  joinMainScope();
  return startInstrumentation(platform, options);
}

/**
 * Records each WebSocket close of this process, for apps that call OpenTelemetry's `registerInstrumentations()`. That
 * function calls `enable()`, which starts observation.
 * @example registerInstrumentations({ instrumentations: [new WebSocketInstrumentation()] })
 */
export class WebSocketInstrumentation extends PlatformInstrumentation<NodeWebSocketOptions> {
  /**
   * Makes the instrumentation. Observation starts when `enable()` is called, or at once if `config.enabled` is true.
   * @throws TypeError for a wrong option
   */
  constructor(config: NodeWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }

  /** Starts observation. Does nothing if the instrumentation is already enabled. */
  override enable(): void {
    joinMainScope();
    super.enable();
  }
}
