import { now } from '@closespan/core/page-recording';
import type { CloseFacts, Connection, Recorder, SocketObserver } from '@closespan/core/platform';
import { listen } from '../listen.ts';
import { recordOpenSockets } from './record-open-sockets.ts';

/** Watches the exit of one page. */
export interface PageExit {
  /**
   * Returns the cause `page_exit` if the browser fired the `close` event because the page is being left. Returns
   * `undefined` for all other events. Firefox fires such events before `pagehide`.
   */
  platformFacts(
    connection: Connection,
    event: Pick<CloseFacts, 'code' | 'reason' | 'wasClean'>,
  ): Partial<CloseFacts> | undefined;
  /** Stops watching, and removes all listeners. */
  stop(): void;
}

/**
 * Longest time from `beforeunload` to the unload of a page, in milliseconds. A page that exists longer was not left.
 * Firefox closes sockets only when the next page responds.
 */
const LEAVING_MILLIS = 30_000;

/**
 * Records open sockets when the page is unloaded, since Chromium and WebKit then fire no `close` event. Records that
 * are not yet sent are sent in a request that outlives the page.
 */
export function observePageExit(scope: Window, observer: SocketObserver, recorder: Recorder): PageExit {
  let beforeUnloadAt = Number.NEGATIVE_INFINITY;
  let going: PageTransitionEvent | undefined;

  function leave(): void {
    if (!going) return;
    const cause = going.persisted ? 'bfcache' : 'page_exit';
    going = undefined;
    recordOpenSockets(observer, cause);
    recorder.recording()?.endOutages();
    recorder.recording()?.flushNow();
  }
  const stop = listen<PageTransitionEvent>(scope, {
    pagehide(event) {
      going = event;
      // The app may close its sockets in its `pagehide` listeners. After the last of them a visible page becomes hidden
      // (HTML § Unloading documents), which fires `visibilitychange`; in a hidden page no event follows.
      if (scope.document.visibilityState === 'hidden') leave();
    },
    visibilitychange() {
      leave();
      if (scope.document.visibilityState === 'hidden') recorder.recording()?.flushNow();
    },
    // For a browser that fired no `visibilitychange`.
    pageshow: leave,
  });
  // Firefox closes the sockets of a page that goes before `pagehide`: with 1001, or a clean 1006 where the handshake
  // was under way. There this listener does not keep a page out of the back/forward cache.
  const stopBefore =
    'mozInnerScreenX' in scope &&
    listen(scope, {
      beforeunload() {
        beforeUnloadAt = now();
      },
    });

  return {
    platformFacts(connection, { code, reason, wasClean }) {
      const { openedAt, closing } = connection;
      const leaving = now() - beforeUnloadAt < LEAVING_MILLIS;
      const exitCode = openedAt === undefined ? 1006 : 1001;
      const byBrowser = leaving && code === exitCode && reason === '' && wasClean && !closing;
      return byBrowser ? { cause: 'page_exit', initiator: 'local' } : undefined;
    },
    stop() {
      stop();
      if (stopBefore) stopBefore();
    },
  };
}
