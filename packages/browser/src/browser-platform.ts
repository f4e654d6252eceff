import type * as messageCode from '@closespan/core/messages';
import {
  createSocketObserver,
  diag,
  isIgnored,
  NAME,
  type Platform,
  patchBefore,
  type Recorder,
  type SocketObserver,
  stopAll,
  wrapGlobal,
} from '@closespan/core/platform';
import { BROWSER_OPTION_CHECKS, type BrowserWebSocketOptions } from './browser-options.ts';
import type { Lifecycle } from './lifecycle.ts';
import { observeStreams } from './observe-streams.ts';
import type * as recordingCode from './recording.ts';

/** Functions that load code. A page or worker needs the code only from its first socket on. */
export interface Parts extends Pick<Platform<BrowserWebSocketOptions>, 'startPipeline'> {
  /**
   * Loads the code that makes telemetry of closes, and observes exits and interruptions. The promise may reject; the
   * next socket then causes a new attempt.
   */
  readonly loadRecording: () => Promise<
    Pick<typeof recordingCode, 'createRecording' | 'loadHooks' | 'observeLifecycle'>
  >;
  /** Loads the code that makes metrics of closes. Called if there is a meter. */
  readonly loadMetrics: Recorder['settings']['loadMetrics'] & {};
  /** Loads the code that counts messages. Called at once with the option `messages`. The promise may reject. */
  loadMessages(): Promise<Pick<typeof messageCode, 'countMessages'>>;
}

/**
 * Makes the platform of a page or worker. The platform observes the global `WebSocket` and `WebSocketStream`, and loads
 * the parts when the app makes its first socket.
 */
export function createPlatform({
  loadMessages,
  loadMetrics,
  ...parts
}: Parts): Platform<BrowserWebSocketOptions> {
  return {
    ...parts,
    optionChecks: BROWSER_OPTION_CHECKS,
    install(recorder, { ignoreUrls, carrier, messages: countsMessages }) {
      recorder.settings.loadMetrics = loadMetrics;
      const native = globalThis.WebSocket;
      let lifecycle: Lifecycle | undefined;
      let loading: Promise<void> | undefined;
      let messages: messageCode.MessageWatch | undefined;
      const observer = createSocketObserver(
        recorder,
        (socket) => native && socket instanceof native,
        () => !!stopClose,
        (...event) => {
          const facts = lifecycle?.platformFacts(...event);
          return messages ? messages.addFacts(event[0], facts) : facts;
        },
      );
      const loadingMessages =
        countsMessages &&
        loadMessages()
          .then(({ countMessages }) => {
            messages = countMessages(recorder, observer.observed, native?.prototype);
          })
          .catch((error) => diag.error(`${NAME}: no messages`, error));

      const observe: SocketObserver['observe'] = (socket, info) => {
        loading ??= parts
          .loadRecording()
          .then(({ observeLifecycle }) => {
            lifecycle = observeLifecycle(globalThis, observer, recorder, patchBefore);
          })
          .catch(() => {
            // The recorder logs that the code was not loaded.
            loading = undefined;
          });
        observer.observe(socket, info);
        messages?.watch(socket);
      };
      const observeUnlessIgnored: typeof observe = (socket, info) =>
        isIgnored(socket.url, ignoreUrls) || observe(socket, info);
      const stopClose = patchBefore(native?.prototype, 'close', observer.noteClose);
      const stops = [
        wrapGlobal(globalThis, 'WebSocket', observeUnlessIgnored, carrier?.carry(observer, ignoreUrls)),
        stopClose,
        observeStreams(globalThis, observeUnlessIgnored, observer.noteClose),
      ];
      return {
        observe,
        connectionOf: observer.connectionOf,
        settle: () => lifecycle?.settle(),
        stop() {
          stopAll(stops);
          observer.stop();
          void loading?.then(() => lifecycle?.stop());
          if (loadingMessages) void loadingMessages.then(() => messages?.stop());
        },
      };
    },
  };
}
