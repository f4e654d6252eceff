import type { ObserveHandlers, WebSocketHandle } from '@closespan/core';
import { createLimitConclusion, createMessageMetrics, MessageTraffic } from '@closespan/core/messages';
import { createCloseMetrics } from '@closespan/core/metrics';
import {
  type CloseFacts,
  createAppHooks,
  createHandlersObserver,
  isIgnored,
  observeGlobal,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
  stopAll,
} from '@closespan/core/platform';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';
import { watchAcceptedSockets } from './durable/accepted-sockets.ts';
import { keepAttachments } from './durable/attachments.ts';
import { fetchAtLoad } from './fetch-at-load.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';

/** Controls observation in a Cloudflare Worker. `instrumentWebSockets()` returns this handle. */
export interface WorkerdWebSocketHandle extends WebSocketHandle {
  /**
   * Observes the connections whose events an app's handlers get: those of a Durable Object whose sockets hibernate, and
   * those of crossws, Hono and PartyServer. Returns a class for a class. Any other object comes back with its handlers
   * wrapped in place; of a frozen object a copy. Never throws.
   * @example export const Room = observeHandlers(class extends DurableObject { webSocketMessage(socket, text) {} })
   */
  readonly observeHandlers: ObserveHandlers;
}

const platform: Platform<BrowserWebSocketOptions, WorkerdWebSocketHandle> = {
  optionChecks: BROWSER_OPTION_CHECKS,
  install,
  startPipeline: (options) => startPipeline(options, fetchAtLoad),
  loadRecording: () => import('@closespan/core/page-recording'),
};

/**
 * Records every close of the global `WebSocket` of a Cloudflare Worker from now on. Pass the server's socket of a
 * `WebSocketPair` to `observe`, and a class of Durable Objects to `observeHandlers`. A second call returns the handle of the first call and changes no option.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { observe, forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: BrowserWebSocketOptions = {}): WorkerdWebSocketHandle {
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

function install(
  recorder: Recorder,
  options: BrowserWebSocketOptions,
): ReturnType<(typeof platform)['install']> {
  recorder.settings.loadMetrics = () => ({ createCloseMetrics });
  recorder.settings.hooks = createAppHooks(options);
  if (options.messages)
    Object.assign(recorder.settings, { createMessageMetrics, ...createLimitConclusion() });
  const sockets = observeGlobal(recorder, options, errorFactsOf);
  const attachments = keepAttachments(globalThis.WebSocket?.prototype ?? {});
  const durable = watchAcceptedSockets((...opening) => handlers.noteOpen(...opening));
  const handlers = createHandlersObserver(recorder, {
    isIgnored: (url) => isIgnored(url, options.ignoreUrls),
    adopt: (known) => known.map(sockets.connectionOf).find(Boolean),
    restore: attachments.restore,
    keep: attachments.keep,
    noteFetch: durable.noteFetch,
    createTraffic: options.messages ? () => new MessageTraffic() : undefined,
    errorFactsOf,
    // A socket that is kept alive would outlive its Durable Object.
    listsOpen: false,
  });
  return {
    observe: sockets.observe,
    connectionOf: (socket) => sockets.connectionOf(socket) ?? handlers.connectionOf(socket),
    observeHandlers: handlers.observeHandlers,
    stop: () => stopAll([handlers.stop, durable.stop, attachments.stop, sockets.stop]),
  };
}

/**
 * Returns the facts in the message of workerd's `error` event: the HTTP status of a refused handshake, or the cause
 * `protocol_error`.
 */
function errorFactsOf(event: unknown): Partial<CloseFacts> {
  const { message = '' } = Object(event) as { message?: string };
  const [, status] = /but received (\d{3}) instead/.exec(message) ?? [];
  return {
    httpStatusCode: status ? Number(status) : undefined,
    ...(message.includes('WebSocket protocol error') && { cause: 'protocol_error' }),
  };
}
