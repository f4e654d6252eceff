import { CONNECTING, noteCloseStart, OPEN, requestedReason } from '@closespan/core/platform';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { sentCode } from '../connection/sent-code.ts';
import { memberOf } from '../runtime/member-of.ts';
import type { LocalEnds } from './local-ends.ts';
import type { WsConnections } from './ws-connections.ts';
import { closeFrameSize, isStuck, type WsSocket } from './ws-socket.ts';

/** Notes what the calls of `close()` and `terminate()` of `ws` sockets show: who closes, how, and when. */
export interface WsCloseCalls {
  /**
   * Notes a call of `close()`. `ws` itself calls the method to return the peer's Close frame.
   * @returns a function that removes the note, for a call that throws; `undefined` if nothing was noted
   */
  noteClose(socket: WsSocket, code: unknown, reason?: unknown): (() => void) | undefined;
  /** Notes a call of `terminate()`. The result is that of `noteClose`. */
  noteTerminate(socket: WsSocket): (() => void) | undefined;
}

/** Makes an object that notes the calls of `close()` and `terminate()`. */
export function createWsCloseCalls(connections: WsConnections, ends: LocalEnds): WsCloseCalls {
  function noteClose(socket: WsSocket, code: unknown, reason?: unknown) {
    if (socket._closeFrameReceived) noteCloseFrame(socket);
    const readyState = memberOf(socket, 'readyState');
    if (readyState !== OPEN && readyState !== CONNECTING) return undefined;
    const connection = connections.of(socket);
    if (!connection) return undefined;
    // `ws` itself calls `close` to return the peer's Close frame, and to report a protocol error.
    if (socket._closeFrameReceived) return noteCloseStart(connection, 'remote');
    const connecting = readyState === CONNECTING;
    const takeBack = noteLocalClose(connection, sentCode(code), requestedReason(reason));
    // While it connects, `ws` 7 throws an error without listeners, although it has aborted the handshake.
    if (!takeBack || connecting) return undefined;
    const forget = ends.noteClose(socket);
    return () => {
      forget();
      takeBack();
    };
  }

  function noteLocalClose(
    connection: CompactConnection,
    code?: number,
    reason?: string,
  ): (() => void) | undefined {
    const takeBack = noteCloseStart(connection, 'local', code, reason);
    if (!takeBack) return undefined;
    connections.openSockets.noteClosing(connection);
    return () => {
      takeBack();
      connections.openSockets.noteStillOpen(connection);
    };
  }

  /** Notes the peer's Close frame. `ws` then calls `close()`, also if this end has closed before. */
  function noteCloseFrame(socket: WsSocket): void {
    const connection = connections.of(socket);
    if (connection) connections.openSockets.noteCloseFrame(connection, closeFrameSize(socket));
  }

  function noteTerminate(socket: WsSocket) {
    const connection = connections.of(socket);
    if (connection?.closing) ends.noteDropAfterClose(socket);
    const takeBack =
      connection && !connection.closing && isStuck(socket)
        ? noteLocalClose(connection)
        : noteClose(socket, undefined);
    if (takeBack) ends.noteDrop(socket);
    return takeBack;
  }

  return { noteClose, noteTerminate };
}
