import type { CloseCause } from '@closespan/core';
import type { Connection, SocketObserver } from '@closespan/core/platform';

const CLOSED = 3;

/** Records failed handshakes whose `close` is due and may never come. */
export function recordFailedSockets({ observed, recordEnd }: SocketObserver): void {
  for (const [socket, { connection, erroredAt }] of observed) {
    if (connection.openedAt === undefined && erroredAt !== undefined) recordEnd(socket);
  }
}

/**
 * Records what is open when its page or worker goes. The end of these connections is certain, also in a page that is
 * kept: no browser lets one live through the back/forward cache. So their record is made once, now.
 */
export function recordOpenSockets(observer: SocketObserver, cause: CloseCause): void {
  recordFailedSockets(observer);
  for (const [socket, { connection }] of observer.observed) {
    // One that was closed when it was handed in ends no more.
    if (socket.readyState !== CLOSED) {
      observer.recordEnd(socket, { code: codeAtExit(connection), cause, initiator: 'local' });
    }
  }
}

/** What the server is told. */
function codeAtExit({ openedAt, closing }: Connection): number {
  // A handshake is dropped without a Close frame (WHATWG WebSockets § Garbage collection and shutdown).
  if (openedAt === undefined) return 1006;
  // The app's code where its `close()` came first, else the browser's.
  return closing ? Number(closing.code ?? 1005) : 1001;
}
