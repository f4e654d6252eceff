import type { Recorder, SocketObserver } from '@closespan/core';

/** The event target of a page; workers have no `pagehide`, the event never comes there. */
type Scope = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/**
 * Records open sockets when the page goes, since Chromium and WebKit then fire no `close`,
 * and sends what waits in a request that outlives the page.
 * @returns what stops it
 */
export function observePageLifecycle(scope: Scope, observer: SocketObserver, recorder: Recorder): () => void {
  const onPageHide = () => {
    // The server is told 1001 by the browser (WHATWG WebSockets § Garbage collection and shutdown).
    observer.closeAll({ code: 1001, cause: 'page_exit', initiator: 'local' });
    recorder.flushNow();
  };
  const onVisibilityChange = () => {
    if (globalThis.document?.visibilityState === 'hidden') recorder.flushNow();
  };
  scope.addEventListener('pagehide', onPageHide);
  scope.addEventListener('visibilitychange', onVisibilityChange);
  return () => {
    scope.removeEventListener('pagehide', onPageHide);
    scope.removeEventListener('visibilitychange', onVisibilityChange);
  };
}
