import type { WebSocketLike } from '@closespan/core';
import type { MessageWatch } from '@closespan/core/messages';
import {
  contradictsState,
  createSocketObserver,
  guard,
  isIgnored,
  patchBefore,
  type ReadPlatformFacts,
  type Recorder,
  type SocketObserver,
  stopAll,
  wrapGlobal,
} from '@closespan/core/platform';
import type { ReactNativeWebSocketOptions } from './react-native-options.ts';

/**
 * Longest wait for a `close` event after the app's `close()`, in milliseconds. SocketRocket on iOS waits for the peer
 * without a limit, OkHttp on Android for 60 s.
 */
const CLOSE_MILLIS = 60_000;

/** An observer of React Native's sockets. */
export interface NativeSockets extends Pick<SocketObserver, 'observe' | 'connectionOf' | 'stop'> {}

/**
 * Observes each socket that React Native's `WebSocket` makes after this call, and each socket passed to `observe`.
 * @param factsOf reads facts of a `close` event
 * @param countMessages starts to count messages; absent without the option `messages`
 */
export function observeNativeSockets(
  recorder: Recorder,
  { ignoreUrls, carrier }: ReactNativeWebSocketOptions,
  factsOf: ReadPlatformFacts,
  countMessages:
    | ((observer: SocketObserver, prototype: object | undefined) => MessageWatch)
    | false
    | undefined,
): NativeSockets {
  // React Native defines a getter, which becomes a plain value as it is read.
  const native = guard('WebSocket', () => globalThis.WebSocket as typeof WebSocket | undefined);
  const isNative = (socket: object) => native !== undefined && socket instanceof native;
  let messages: MessageWatch | undefined;
  const observer = createSocketObserver(
    recorder,
    isNative,
    () => !!stopClose,
    (...event) => {
      const facts = isNativeConnection(event[0]) ? factsOf(...event) : undefined;
      return messages ? messages.addFacts(event[0], facts) : facts;
    },
    // React Native marks none of its events as trusted.
    contradictsState,
  );
  if (countMessages) messages = countMessages(observer, native?.prototype);

  /** Sockets of libraries report closes as the standard says. */
  const foreign = new WeakSet<object>();
  const isNativeConnection = (connection: object) => !foreign.has(connection);

  function onOpen(event: unknown): void {
    const { target } = event as { readonly target: WebSocketLike };
    const known = observer.observed.get(target);
    // Android ignores a `close()` while the socket connects, and opens it later.
    if (known && isNative(target) && !contradictsState(event)) known.connection.closing = undefined;
  }

  const observe: SocketObserver['observe'] = (socket, info) => {
    observer.observe(socket, info);
    messages?.watch(socket);
    const known = observer.observed.get(socket);
    if (!known) return;
    if (isNative(socket)) socket.addEventListener('open', onOpen);
    else foreign.add(known.connection);
  };

  const stopClose = patchBefore(native?.prototype, 'close', (socket, [code, reason]) => {
    // React Native sends 1000 for a code that is no number, and no reason for one that is no text.
    const takeBack = observer.noteClose(socket, [
      typeof code === 'number' ? code : undefined,
      typeof reason === 'string' ? reason : '',
    ]);
    const noted = takeBack && observer.observed.get(socket as WebSocketLike)?.connection.closing;
    if (noted) {
      const timer: { unref?(): void } = setTimeout(() => {
        if (observer.connectionOf(socket)?.closing === noted) observer.recordEnd(socket as WebSocketLike);
      }, CLOSE_MILLIS);
      timer.unref?.();
    }
    return takeBack;
  });
  const stops = [
    wrapGlobal<WebSocketLike>(
      globalThis,
      'WebSocket',
      (socket) => {
        // The app may have passed an object.
        const url = String(socket.url);
        if (!isIgnored(url, ignoreUrls)) observe(socket, { url });
      },
      carrier?.carry(observer, ignoreUrls),
    ),
    stopClose,
  ];
  return {
    observe,
    connectionOf: observer.connectionOf,
    stop() {
      stopAll(stops);
      messages?.stop();
      for (const socket of observer.observed.keys()) socket.removeEventListener('open', onOpen);
      observer.stop();
    },
  };
}
