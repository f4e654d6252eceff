import type { WebSocketOptions } from '../options.ts';
import type { CloseFacts } from '../record/close-facts.ts';
import type { Connection } from '../record/connection.ts';
import { isIgnored } from '../record/ignore-urls.ts';
import { requestedReason } from '../record/requested-reason.ts';
import type { Recorder } from '../recorder.ts';
import { stopAll } from '../stop-all.ts';
import { makeReplaceable } from './make-replaceable.ts';
import { createSocketObserver, type SocketObserver } from './observe-socket.ts';
import { patchBefore } from './patch-method.ts';
import { CLOSED } from './ready-state.ts';
import { contradictsState, isUntrusted } from './socket-events.ts';
import { type MessageWatch, watchMessages } from './watch-messages.ts';
import type { WebSocketLike } from './web-socket-like.ts';
import { wrapGlobal } from './wrap-global.ts';

/**
 * Observes each socket that the global `WebSocket` of Bun, Deno or workerd makes after this call, and each socket
 * passed to `observe`.
 * @param errorFactsOf reads facts of the runtime's `error` event that the WHATWG standard does not define
 */
export function observeGlobal(
  recorder: Recorder,
  { ignoreUrls, messages: countsMessages }: WebSocketOptions,
  errorFactsOf: (event: unknown) => Partial<CloseFacts>,
): SocketObserver {
  // Deno does not mark its events as trusted (`isTrusted`, DOM § Event).
  const marksEvents = !('Deno' in globalThis);
  const isMadeUp = marksEvents ? isUntrusted : contradictsState;
  const stopReplacing = makeReplaceable('WebSocket');
  const native = globalThis.WebSocket;
  const errorFacts = new WeakMap<Connection, Partial<CloseFacts>>();
  const isNative = (socket: object) => native && socket instanceof native;
  let messages: MessageWatch | undefined;
  const observer = createSocketObserver(
    recorder,
    isNative,
    () => seesCloses,
    (connection) => {
      const facts = errorFacts.get(connection);
      return messages ? messages.addFacts(connection, facts) : facts;
    },
    isMadeUp,
  );
  if (countsMessages) messages = watchMessages(observer.observed, native?.prototype, marksEvents);

  const onError = (event: unknown) => {
    const { target } = event as { readonly target: WebSocketLike };
    const known = observer.observed.get(target);
    if (!known || (isNative(target) && isMadeUp(event))) return;
    errorFacts.set(known.connection, errorFactsOf(event));
    // `close` follows in this task; in workerd it never follows a protocol error.
    if (target.readyState === CLOSED) setTimeout(observer.recordEnd, 0, target);
  };

  const observe: SocketObserver['observe'] = (socket, info) => {
    observer.observe(socket, info);
    messages?.watch(socket);
    // On an event emitter, a listener of `error` would keep alive an app that is meant to crash.
    if (!('listenerCount' in socket)) socket.addEventListener('error', onError);
  };

  const { prototype } = native ?? {};
  const stopClose = patchBefore(prototype, 'close', (socket, args) =>
    // Not `undefined`, in whose place the app's own value would be noted.
    observer.noteClose(socket, args, requestedReason(args[1]) ?? ''),
  );
  // Only the sockets of Bun have `terminate`.
  const stopTerminate = patchBefore(prototype, 'terminate', (socket) => observer.noteClose(socket, []));
  const seesCloses = Boolean(stopClose && (stopTerminate || !(prototype && 'terminate' in prototype)));

  const stops = [
    wrapGlobal<WebSocket>(globalThis, 'WebSocket', (socket) => {
      if (!isIgnored(socket.url, ignoreUrls)) observe(socket);
    }),
    stopClose,
    stopTerminate,
    stopReplacing,
  ];
  return {
    ...observer,
    observe,
    stop() {
      stopAll(stops);
      messages?.stop();
      for (const socket of observer.observed.keys()) socket.removeEventListener('error', onError);
      observer.stop();
    },
  };
}
