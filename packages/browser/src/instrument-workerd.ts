import type { WebSocketHandle } from '@closespan/core';
import { createLimitConclusion, createMessageMetrics } from '@closespan/core/messages';
import { createCloseMetrics } from '@closespan/core/metrics';
import {
  type CloseFacts,
  createAppHooks,
  observeGlobal,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
} from '@closespan/core/platform';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';

/** The scope's `fetch`, as long as no telemetry that is loaded later has wrapped it. */
const { fetch } = globalThis;

const platform: Platform<BrowserWebSocketOptions> = {
  optionChecks: BROWSER_OPTION_CHECKS,
  install,
  startPipeline: (options) => startPipeline(options, fetch),
  loadRecording: () => import('@closespan/core/page-recording'),
};

/**
 * Records every close of the global `WebSocket` of a Cloudflare Worker from now on. Pass the server's socket of a
 * `WebSocketPair` to `observe`. A second call returns the handle of the first call and changes no option.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { observe, forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/**
 * Records closes as `instrumentWebSockets()` does, for Workers that call OpenTelemetry's `registerInstrumentations()`.
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

function install(recorder: Recorder, options: BrowserWebSocketOptions): ReturnType<Platform['install']> {
  recorder.settings.loadMetrics = () => ({ createCloseMetrics });
  recorder.settings.hooks = createAppHooks(options);
  if (options.messages)
    Object.assign(recorder.settings, { createMessageMetrics, ...createLimitConclusion() });
  const { observe, connectionOf, stop } = observeGlobal(recorder, options, errorFactsOf);
  return { observe, connectionOf, stop };
}

/**
 * Returns the facts in the message of workerd's `error` event: the HTTP status of a refused handshake, or the cause
 * `protocol_error`.
 */
function errorFactsOf(event: unknown): Partial<CloseFacts> {
  const { message = '' } = event as { message?: string };
  const [, status] = /but received (\d{3}) instead/.exec(message) ?? [];
  return {
    httpStatusCode: status ? Number(status) : undefined,
    ...(message.includes('WebSocket protocol error') && { cause: 'protocol_error' }),
  };
}
