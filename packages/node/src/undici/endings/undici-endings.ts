import { CLOSED, type Closing, guard, NO_CLOSE_FRAME, type Recorder } from '@closespan/core/platform';
import type { AbortedSocket, AbortedSockets } from '../calls/aborted-sockets.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { limitEnd } from './end-timeout.ts';
import { type EndFacts, endFactsOf, undiciCloseFacts } from './undici-close-facts.ts';

/** Records the ends of connections, those that undici tells and those that undici does not tell. */
export interface UndiciEndings {
  /** Records the end of a connection; a second end of the same connection changes nothing. */
  recordEnd(connection: UndiciConnection, end: EndFacts): void;
  /** Notes the app's call of `close()` on an open connection. */
  noteCloseCall(connection: UndiciConnection, closing: Closing): void;
  /** Limits the wait for the end of TCP after the peer's Close frame has come. */
  noteCloseFrame(connection: UndiciConnection): void;
  /** Records a `WebSocketStream` whose transport has ended: nothing else tells the end of a stream. */
  noteTransportEnd(connection: UndiciConnection): void;
  /**
   * Records a failed handshake whose `close` event no channel has told.
   * @param isFired whether the event is just being fired
   */
  recordFailure(connection: UndiciConnection, isFired: boolean): void;
  /**
   * Records a handshake that the app aborted before the request could be sent.
   * @param isFired whether the `close` event is just being fired
   */
  recordAborted(connection: UndiciConnection, socket: AbortedSocket, isFired?: boolean): void;
  /**
   * Records an open connection from the facts that are there, when observation ends.
   * @param likelyCall a call of `close()` that likely was on this connection
   * @param exitFacts facts of a connection that has not begun to close; without them, such a connection leaves no record
   */
  recordLast(connection: UndiciConnection, likelyCall: Closing | undefined, exitFacts?: EndFacts): void;
}

/**
 * Makes a recorder of ends.
 * @param release forgets a connection; false when that was done before
 * @param hasStreams says whether a connection that fires no `close` may be of a `WebSocketStream`, which has no events
 */
export function createUndiciEndings(
  recorder: Recorder,
  aborted: AbortedSockets,
  release: (connection: UndiciConnection) => boolean,
  hasStreams: () => boolean,
): UndiciEndings {
  function recordEnd(connection: UndiciConnection, end: EndFacts): void {
    if (release(connection)) guard('undici', () => write(connection, end));
  }

  function write(connection: UndiciConnection, end: EndFacts): void {
    const closeFacts = undiciCloseFacts(connection, end);
    const { closeFrame } = connection.facts;
    if (closeFrame && closeFacts.initiator === 'remote') {
      connection.noteClosing({ at: closeFrame.at, by: 'remote', code: undefined });
    }
    recorder.record(connection.tracked, closeFacts);
  }

  function recordTimeout(connection: UndiciConnection): void {
    const { closeFrame } = connection.facts;
    const end = closeFrame
      ? { ...endFactsOf(closeFrame), closedAt: closeFrame.at }
      : { ...NO_CLOSE_FRAME, cause: 'close_timeout' as const };
    recordEnd(connection, { ...end, synthetic: true });
  }

  function recordAborted(
    connection: UndiciConnection,
    { closing, websocket }: AbortedSocket,
    isFired = false,
  ): void {
    aborted.forget(closing);
    connection.noteAbort(closing);
    if (websocket) connection.noteWebSocket(websocket);
    const synthetic = !(websocket || isFired || hasStreams());
    recordEnd(connection, { ...NO_CLOSE_FRAME, closedAt: closing.at, synthetic });
  }

  return {
    recordEnd,
    noteCloseCall(connection, closing) {
      connection.noteClosing(closing);
      limitEnd(connection, recordTimeout);
    },
    noteCloseFrame: (connection) => limitEnd(connection, recordTimeout),
    noteTransportEnd(connection) {
      if (!connection.facts.isWebSocket) recordEnd(connection, lastFactsOf(connection));
    },
    recordFailure(connection, isFired) {
      const socket = connection.tracked.closing ? undefined : aborted.firstFor(connection);
      if (socket) {
        recordAborted(connection, socket, isFired);
        return;
      }
      const { failedAt: closedAt } = connection.facts;
      recordEnd(connection, { ...NO_CLOSE_FRAME, closedAt, synthetic: !(isFired || hasStreams()) });
    },
    recordAborted,
    recordLast(connection, likelyCall, exitFacts) {
      const { closeFrame, wire, websocket = wire?.ws } = connection.facts;
      if (likelyCall) connection.noteClosing(likelyCall);
      // The `close` event is being fired just now, and undici tells it afterwards.
      if (websocket?.readyState === CLOSED) recordEnd(connection, lastFactsOf(connection));
      else if (closeFrame) recordTimeout(connection);
      else if (exitFacts) recordEnd(connection, exitFacts);
      else release(connection);
    },
  };
}

/** Makes the facts of an end that shows nothing but whether the peer's Close frame has come. */
function lastFactsOf({ facts: { closeFrame } }: UndiciConnection): EndFacts {
  return closeFrame ? endFactsOf(closeFrame) : NO_CLOSE_FRAME;
}
