import type { CloseCause } from '@closespan/core';
import { requestedCode } from '@closespan/core/page-recording';
import { CLOSED, type Connection, type SocketObserver } from '@closespan/core/platform';

/** Records failed handshakes that have fired no `close` event so far, since the event may never come. */
export function recordFailedSockets({ observed, recordEnd }: SocketObserver): void {
  for (const [socket, { connection, erroredAt }] of observed) {
    if (connection.openedAt === undefined && erroredAt !== undefined) recordEnd(socket);
  }
}

/**
 * Records every open socket when its page is unloaded or its worker closes itself. Browsers also close the connections
 * of a page in the back/forward cache. So each socket has ended for certain, and is recorded once.
 */
export function recordOpenSockets(observer: SocketObserver, cause: CloseCause): void {
  recordFailedSockets(observer);
  for (const [socket, { connection }] of observer.observed) {
    // A socket that was closed before the app handed it over has ended already.
    if (socket.readyState !== CLOSED) {
      observer.recordEnd(socket, { code: codeAtExit(connection), cause, initiator: 'local' });
    }
  }
}

/**
 * Returns the close code that the browser sends to the server when the page is unloaded or the worker closes itself.
 */
function codeAtExit({ openedAt, closing }: Connection): number {
  // A handshake is dropped without a Close frame (WHATWG WebSockets § Garbage collection and shutdown).
  if (openedAt === undefined) return 1006;
  // The app's code where its `close()` came first, else the browser's.
  return closing ? (requestedCode(closing.code) ?? 1005) : 1001;
}
