import type { CloseCause, SocketObserver, WebSocketLike } from '@closespan/core';

const CLOSED = 3;

/** Records failed handshakes whose `close` is due and may never come. */
export function endFailedSockets(observer: SocketObserver): void {
  for (const [socket, observed] of observer.open) if (hasFailed(socket, observed)) observer.end(socket);
}

/**
 * Records what is open when its page or worker goes. The end of these connections is certain, also in a page that is
 * kept: no browser lets one live through the back/forward cache. So their record is made once, now.
 */
export function endOpenSockets(observer: SocketObserver, cause: CloseCause): void {
  endFailedSockets(observer);
  for (const [socket, { connection }] of observer.open) {
    observer.end(socket, { code: codeAtExit(connection), cause, initiator: 'local' });
  }
}

type Observed = SocketObserver['open'] extends ReadonlyMap<WebSocketLike, infer O> ? O : never;

function hasFailed({ readyState }: WebSocketLike, { connection, erroredAt }: Observed): boolean {
  return connection.openedAt === undefined && (erroredAt !== undefined || readyState === CLOSED);
}

/** What the server is told. */
function codeAtExit({ openedAt, closing }: Observed['connection']): number {
  // A handshake is dropped without a Close frame (WHATWG WebSockets § Garbage collection and shutdown).
  if (openedAt === undefined) return 1006;
  // The app's code where its `close()` came first, else the browser's.
  return closing ? Number(closing.code ?? 1005) : 1001;
}
