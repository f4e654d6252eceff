import type { WebSocketLike } from '@closespan/core';
import { patchBefore, patchMethod, type SocketObserver, stopAll, wrapGlobal } from '@closespan/core/platform';

/** The members of Chromium's `WebSocketStream` that are read; WebSocketStream API § The WebSocketStream interface. */
interface StreamLike {
  readonly url: string;
  readonly opened: Promise<Pick<WebSocketLike, 'protocol' | 'extensions'>>;
  readonly closed: Promise<{ readonly closeCode?: number; readonly reason?: string }>;
}
type Scope = object & { readonly WebSocketStream?: { readonly prototype: object } };

/**
 * Observes each `WebSocketStream` that a scope makes, as a socket that fires events. Readers and writers stay untouched.
 * @returns stops the observation of later streams, and puts the global back
 */
export function observeStreams(
  scope: Scope,
  observe: (socket: WebSocketLike) => void,
  noteClose: SocketObserver['noteClose'],
): () => void {
  const native = scope.WebSocketStream;
  if (!native) return () => {};
  const sockets = new WeakMap<object, WebSocketLike>();
  /**
   * Derived promises by the stream's promises. A promise that we listen to counts as handled, so the app gets a derived
   * one, made when it asks: a rejection that the app does not handle stays unhandled.
   */
  const derived = new WeakMap<object, Promise<unknown> | undefined>();

  const patchGetter = (name: string) =>
    patchMethod(
      native.prototype,
      name,
      (original) => {
        const promise = original() as Promise<unknown>;
        if (!derived.has(promise)) return promise;
        const forApp = derived.get(promise) ?? promise.then((value) => value);
        derived.set(promise, forApp);
        return forApp;
      },
      'get',
    );

  const stops = [
    wrapGlobal<StreamLike>(scope, 'WebSocketStream', (stream) => {
      const { url, opened, closed } = stream;
      const socket = socketOf(url, opened, closed, noteClose);
      sockets.set(stream, socket);
      derived.set(opened, undefined);
      derived.set(closed, undefined);
      observe(socket);
    }),
    patchBefore(native.prototype, 'close', (stream, [info]) =>
      // A stream that is not observed has no socket, and `noteClose` finds nothing.
      noteClose(sockets.get(stream) as object, (info as { closeCode?: number } | undefined)?.closeCode),
    ),
    patchGetter('opened'),
    patchGetter('closed'),
  ];
  return () => stopAll(stops);
}

/**
 * Makes a socket that fires the events of a stream, once its promises tell of them. Who closed is known only where the
 * app calls `close()` of the stream: its readers and writers are not observed.
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
      if (error.name === 'AbortError') noteClose(socket, undefined);
      close(error, false);
    },
  );
  return socket;
}
