import type { WebSocketLike } from '@closespan/core';
import { patchBefore, patchGetter, type SocketObserver, stopAll, wrapGlobal } from '@closespan/core/platform';

/**
 * Members of Chromium's `WebSocketStream` that closespan reads (WebSocketStream API § The WebSocketStream interface).
 */
interface StreamLike {
  readonly url: string;
  readonly opened: Promise<Pick<WebSocketLike, 'protocol' | 'extensions'>>;
  readonly closed: Promise<{ readonly closeCode?: number; readonly reason?: string }>;
}
type Scope = object & { readonly WebSocketStream?: { readonly prototype: object } };

/**
 * Observes each `WebSocketStream` that the app makes, through an object with the events of a `WebSocket`. The stream's
 * readers and writers are not touched.
 * @returns a function that restores the global and observes no later streams
 */
export function observeStreams(
  scope: Scope,
  observe: SocketObserver['observe'],
  noteClose: SocketObserver['noteClose'],
): () => void {
  const native = scope.WebSocketStream;
  if (!native) return () => {};
  const sockets = new WeakMap<object, WebSocketLike>();
  /**
   * Promises for the app, found by the stream's promise. closespan listens to the stream's promise, so a rejection of
   * that promise counts as handled. The app therefore gets a second promise, made when the app reads `opened` or
   * `closed`. A rejection that the app does not handle is still reported.
   */
  const derived = new WeakMap<object, Promise<unknown> | undefined>();

  const deriveFrom = (value: unknown) => {
    const promise = value as Promise<unknown>;
    if (!derived.has(promise)) return promise;
    const forApp = derived.get(promise) ?? promise.then((result) => result);
    derived.set(promise, forApp);
    return forApp;
  };

  const getters = ['opened', 'closed'].map((name) => patchGetter(native.prototype, name, deriveFrom));
  // Without the getters, to listen to a promise would hide a rejection that the app does not handle.
  if (!getters.every(Boolean)) return () => stopAll(getters);
  const stops = [
    ...getters,
    wrapGlobal<StreamLike>(scope, 'WebSocketStream', (stream) => {
      const { url, opened, closed } = stream;
      const socket = socketOf(url, opened, closed, noteClose);
      sockets.set(stream, socket);
      derived.set(opened, undefined);
      derived.set(closed, undefined);
      observe(socket, { owner: stream });
    }),
    patchBefore(native.prototype, 'close', (stream, [info]) => {
      const { closeCode, reason } = (info ?? {}) as Readonly<Record<string, unknown>>;
      // A stream that is not observed has no socket, and `noteClose` finds nothing.
      // Only the runtime may make a number of an object, since that runs code of the app.
      return noteClose(sockets.get(stream) as object, [
        Object(closeCode) === closeCode ? undefined : closeCode,
        reason,
      ]);
    }),
  ];
  return () => stopAll(stops);
}

/**
 * Makes an object that fires the events of a `WebSocket` when the promises of a stream resolve or reject. The side that
 * closed is known only if the app calls the stream's `close()`. Readers and writers are not observed.
 */
function socketOf(
  url: string,
  opened: StreamLike['opened'],
  closed: StreamLike['closed'],
  noteClose: SocketObserver['noteClose'],
): WebSocketLike {
  let listener: (event: unknown) => void = () => {};
  const socket = {
    url,
    // What counts messages needs the promise.
    opened,
    readyState: 0,
    addEventListener(_type: string, added: typeof listener) {
      listener = added;
    },
    removeEventListener() {},
  };
  const close = ({ closeCode: code = 1006, reason = '' }, wasClean: boolean) =>
    listener({ type: 'close', target: socket, code, reason, wasClean });
  opened.then(
    ({ protocol, extensions }) => {
      Object.assign(socket, { protocol, extensions });
      listener({ type: 'open', target: socket });
    },
    () => {},
  );
  closed.then(
    (info) => close(info, true),
    (error) => {
      // The app's `signal` ends handshakes alone.
      if (error.name === 'AbortError') noteClose(socket, []);
      close(error, false);
    },
  );
  return socket;
}
