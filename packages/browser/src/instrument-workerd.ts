import type { WebSocketHandle } from '@closespan/core';
import {
  type CloseFacts,
  observeGlobal,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
} from '@closespan/core/platform';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';

const platform: Platform<BrowserWebSocketOptions> = {
  optionChecks: BROWSER_OPTION_CHECKS,
  install,
  startPipeline,
  loadRecording: () => import('@closespan/core/recording'),
};

/**
 * Records every close of the global `WebSocket` of a Cloudflare Worker from now on; the server's end of a
 * `WebSocketPair` is passed to `observe`. A second call returns the same handle.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { observe, forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/**
 * Does what `instrumentWebSockets()` does, for Workers that call OpenTelemetry's `registerInstrumentations()`.
 */
export class WebSocketInstrumentation extends PlatformInstrumentation<BrowserWebSocketOptions> {
  /**
   * Takes the options of `instrumentWebSockets()`, and `enabled`: with `true` observation begins at once.
   * @throws TypeError for a wrong option
   */
  constructor(config: BrowserWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(recorder: Recorder, options: BrowserWebSocketOptions): ReturnType<Platform['install']> {
  const { observe, stop } = observeGlobal(recorder, options, errorFactsOf);
  return { observe, stop };
}

/** Reads the status of a refused handshake, or a protocol error, from the message of workerd's `error` event. */
function errorFactsOf(event: unknown): Partial<CloseFacts> {
  const { message = '' } = event as { message?: string };
  const [, status] = /but received (\d{3}) instead/.exec(message) ?? [];
  return {
    httpStatusCode: status ? Number(status) : undefined,
    ...(message.includes('WebSocket protocol error') && { cause: 'protocol_error' }),
  };
}
