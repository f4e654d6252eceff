import type { WebSocketLike } from '@closespan/core';
import { patchBefore, patchMethod, type SocketObserver, wrapGlobal } from '@closespan/core/platform';

/** The members of Chromium's `WebSocketStream` that are read (WebSocketStream API § The WebSocketStream interface). */
interface StreamLike {
  readonly url: string;
  readonly opened: Promise<Pick<WebSocketLike, 'protocol' | 'extensions'>>;
  readonly closed: Promise<{ readonly closeCode?: number; readonly reason?: string }>;
}
type Scope = object & { readonly WebSocketStream?: { readonly prototype: object } };

/**
 * Observes the streams of a scope, each as a socket that fires events. Its readers and writers are not touched.
 * @returns what stops it
 */
export function observeStreams(
  scope: Scope,
  observe: (socket: WebSocketLike) => void,
  noteClose: SocketObserver['noteClose'],
): (() => void)[] {
  const native = scope.WebSocketStream;
  if (!native) return [];
  const sockets = new WeakMap<object, WebSocketLike>();
  /** What the app is given for a promise that we listen to, whose rejection counts as handled; made when it asks. */
  const given = new WeakMap<object, Promise<unknown> | undefined>();

  const patchGetter = (name: string) =>
    patchMethod(
      native.prototype,
      name,
      (original) => {
        const promise = original() as Promise<unknown>;
        if (!given.has(promise)) return promise;
        const own = given.get(promise) ?? promise.then((value) => value);
        given.set(promise, own);
        return own;
      },
      'get',
    );

  return [
    wrapGlobal<StreamLike>(scope, 'WebSocketStream', (stream) => {
      const { url, opened, closed } = stream;
      const socket = socketOf(url, opened, closed, noteClose);
      sockets.set(stream, socket);
      given.set(opened, undefined);
      given.set(closed, undefined);
      observe(socket);
    }),
    patchBefore(native.prototype, 'close', (stream, [info]) =>
      // One that is not observed is no key of anything.
      noteClose(sockets.get(stream) as object, (info as { closeCode?: number } | undefined)?.closeCode),
    ),
    patchGetter('opened'),
    patchGetter('closed'),
  ];
}

/** Without readers and writers nobody knows who closed, unless the app calls `close()` of the stream. */
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
      // Its signal, which ends handshakes only.
      if (error.name === 'AbortError') noteClose(socket, undefined);
      close(error, false);
    },
  );
  return socket;
}
