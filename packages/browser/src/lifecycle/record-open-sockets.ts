import type { CloseCause } from '@closespan/core';
import { CLOSED, type Connection, type SocketObserver } from '@closespan/core/platform';

/** Records failed handshakes whose `close` event is still awaited and may never come. */
export function recordFailedSockets({ observed, recordEnd }: SocketObserver): void {
  for (const [socket, { connection, erroredAt }] of observed) {
    if (connection.openedAt === undefined && erroredAt !== undefined) recordEnd(socket);
  }
}

/**
 * Records every open socket when its page or worker goes. Their end is certain even in a page that the back/forward
 * cache keeps, since no browser lets a connection live there. So each record is made once, now.
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

/** Returns the close code that the browser sends to the server when the page or worker goes. */
function codeAtExit({ openedAt, closing }: Connection): number {
  // A handshake is dropped without a Close frame (WHATWG WebSockets § Garbage collection and shutdown).
  if (openedAt === undefined) return 1006;
  // The app's code where its `close()` came first, else the browser's.
  return closing ? Number(closing.code ?? 1005) : 1001;
}
