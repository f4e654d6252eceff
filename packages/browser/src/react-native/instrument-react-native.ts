import { ATTR_WEBSOCKET_NATIVE_MESSAGE, type WebSocketHandle } from '@closespan/core';
import { createLimitConclusion, createMessageMetrics, watchMessages } from '@closespan/core/messages';
import { createCloseMetrics } from '@closespan/core/metrics';
import { createRecording } from '@closespan/core/page-recording';
import {
  createAppHooks,
  type Installed,
  type Platform,
  PlatformInstrumentation,
  type ReadPlatformFacts,
  type Recorder,
  startInstrumentation,
} from '@closespan/core/platform';
import { fire } from './app-events.ts';
import { observeAppLife } from './app-life.ts';
import { nativeCloseFacts } from './native-close-facts.ts';
import { observeNativeSockets } from './observe-native-sockets.ts';
import { REACT_NATIVE_OPTION_CHECKS, type ReactNativeWebSocketOptions } from './react-native-options.ts';
import { startNativePipeline } from './start-native-pipeline.ts';

/** The app's `fetch`, as long as no telemetry that is loaded later has wrapped it. */
const { fetch } = globalThis;

const platform: Platform<ReactNativeWebSocketOptions> = {
  optionChecks: REACT_NATIVE_OPTION_CHECKS,
  install,
  startPipeline: (options) => startNativePipeline(options, fetch),
  loadRecording: async () => ({ createRecording }),
};

/**
 * Records every close of React Native's global `WebSocket` from now on. Call the function once, before the app opens its
 * first socket. A second call returns the handle of the first call and changes no option.
 * @throws TypeError for a wrong option; never afterwards
 * @example instrumentWebSockets({ serviceName: 'chat-app', appState: AppState, store: AsyncStorage })
 */
export function instrumentWebSockets(options: ReactNativeWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/**
 * Records closes as `instrumentWebSockets()` does, for apps that call OpenTelemetry's `registerInstrumentations()`.
 * Observation begins when `registerInstrumentations()` calls `enable()`.
 */
export class WebSocketInstrumentation extends PlatformInstrumentation<ReactNativeWebSocketOptions> {
  /**
   * Accepts the options of `instrumentWebSockets()`, and the option `enabled`. With `enabled: true` observation begins
   * at once.
   * @throws TypeError for a wrong option
   */
  constructor(config: ReactNativeWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(recorder: Recorder, options: ReactNativeWebSocketOptions): Installed {
  const { appState, netInfo, messages } = options;
  const hooks = createAppHooks(options);
  recorder.settings.hooks = hooks;
  recorder.settings.loadMetrics = () => ({ createCloseMetrics });
  if (messages) Object.assign(recorder.settings, { createMessageMetrics, ...createLimitConclusion() });
  const life = observeAppLife({
    appState,
    netInfo,
    onBackground: () => void recorder.forceFlush(),
    onOnline: () => fire('online'),
  });

  const factsOf: ReadPlatformFacts = (connection, event) => {
    const { facts, message } = event.synthetic
      ? { facts: {}, message: '' }
      : nativeCloseFacts(connection, event);
    const { furtherAttributes, interruption = facts.interruption, ...lifeFacts } = life.factsOf(connection);
    const text = message && hooks.redactReason ? hooks.redactReason(message) : message;
    return {
      ...facts,
      ...lifeFacts,
      interruption,
      // Systems reset the connections of an app that they suspend.
      ...(interruption && facts.cause === 'connection_reset' && { cause: undefined }),
      furtherAttributes: { ...furtherAttributes, ...(text && { [ATTR_WEBSOCKET_NATIVE_MESSAGE]: text }) },
    };
  };

  const sockets = observeNativeSockets(
    recorder,
    options,
    factsOf,
    messages && ((observer, prototype) => watchMessages(observer.observed, prototype, false)),
  );
  return {
    observe: sockets.observe,
    connectionOf: sockets.connectionOf,
    stop() {
      life.stop();
      sockets.stop();
    },
  };
}
