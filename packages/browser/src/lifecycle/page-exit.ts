import {
  type CloseFacts,
  type Connection,
  now,
  type Recorder,
  type SocketObserver,
} from '@closespan/core/platform';
import { listen } from './listen.ts';
import { recordOpenSockets } from './record-open-sockets.ts';

/** The exit of one page. */
export interface PageExit {
  /** Whether a close that has come is the browser's own, for a page that goes. */
  platformFacts(
    connection: Connection,
    event: Pick<CloseFacts, 'code' | 'reason' | 'wasClean'>,
  ): Partial<CloseFacts> | undefined;
  stop(): void;
}

/** Firefox closes sockets when the next page answers; a page that did not go by then is there to stay. */
const LEAVING_MILLIS = 30_000;

/**
 * Records open sockets when the page goes, since Chromium and WebKit then fire no `close`,
 * and sends what waits in a request that outlives the page.
 */
export function observePageExit(scope: Window, observer: SocketObserver, recorder: Recorder): PageExit {
  let beforeUnloadAt = Number.NEGATIVE_INFINITY;
  let going: PageTransitionEvent | undefined;

  function leave(): void {
    if (!going) return;
    const cause = going.persisted ? 'bfcache' : 'page_exit';
    going = undefined;
    recordOpenSockets(observer, cause);
    recorder.flushNow();
  }
  const stop = listen<PageTransitionEvent>(scope, {
    pagehide(event) {
      going = event;
      // An app may close its sockets in listeners of its own. After all of them a page that is visible becomes hidden
      // (HTML § Unloading documents); in one that is hidden nothing more comes.
      if (scope.document.visibilityState === 'hidden') leave();
    },
    visibilitychange() {
      leave();
      if (scope.document.visibilityState === 'hidden') recorder.flushNow();
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
      const itsCode = openedAt === undefined ? 1006 : 1001;
      const byBrowser = leaving && code === itsCode && reason === '' && wasClean && !closing;
      return byBrowser ? { cause: 'page_exit', initiator: 'local' } : undefined;
    },
    stop() {
      stop();
      if (stopBefore) stopBefore();
    },
  };
}
