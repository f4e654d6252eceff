import {
  CLOSED,
  type CloseFacts,
  type Closing,
  guard,
  NO_CLOSE_FRAME,
  type Recorder,
} from '@closespan/core/platform';
import { withMessages } from '../../connection/message-slot.ts';
import { pingAttributes } from '../../connection/ping-attributes.ts';
import { withAttributes } from '../../connection/with-attributes.ts';
import type { AbortedSocket, AbortedSockets } from '../calls/aborted-sockets.ts';
import type { UndiciPings } from '../calls/undici-pings.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { limitEnd } from './end-timeout.ts';
import { type EndFacts, endFactsOf, lastFactsOf, undiciCloseFacts } from './undici-close-facts.ts';

/** Records the ends of undici's connections, also those that undici does not report. */
export interface UndiciEndings {
  /** Records the end of a connection. A second end of the same connection changes nothing. */
  recordEnd(connection: UndiciConnection, end: EndFacts): void;
  /** Notes the app's call of `close()` on an open connection. */
  noteCloseCall(connection: UndiciConnection, closing: Closing): void;
  /** Notes that the peer's Close frame has arrived. Starts the time limit within which the TCP connection must end. */
  noteCloseFrame(connection: UndiciConnection): void;
  /**
   * Records the end of a `WebSocketStream` when its transport has ended. undici reports the end of a stream in no other
   * way.
   */
  noteTransportEnd(connection: UndiciConnection): void;
  /**
   * Records a failed handshake for which undici has published no message about the `close` event.
   * @param isFired whether the app gets the `close` event at this moment
   */
  recordFailure(connection: UndiciConnection, isFired: boolean): void;
  /**
   * Records a handshake that the app aborted before the request could be sent.
   * @param isFired whether the `close` event is being fired at this moment; by default `false`
   */
  recordAborted(connection: UndiciConnection, socket: AbortedSocket, isFired?: boolean): void;
  /**
   * Records an open connection from the facts that are known when observation ends.
   * @param likelyCall a call of `close()` that was probably made on this connection
   * @param exitFacts facts for a connection that has not begun to close; without these facts such a connection leaves
   * no record
   */
  recordLast(connection: UndiciConnection, likelyCall: Closing | undefined, exitFacts?: EndFacts): void;
}

/**
 * Makes a recorder for the ends of undici's connections.
 * @param release forgets a connection; returns `false` if the connection was forgotten before
 * @param hasStreams says whether the app may use `WebSocketStream`. A `WebSocketStream` fires no `close`, so a missing
 * event proves nothing
 */
export function createUndiciEndings(
  recorder: Recorder,
  aborted: AbortedSockets,
  pings: Pick<UndiciPings, 'of'>,
  release: (connection: UndiciConnection) => boolean,
  hasStreams: () => boolean,
): UndiciEndings {
  /** Connections that the app closed while a ping was overdue. */
  const overdue = new WeakSet<UndiciConnection>();
  const pingsOf = ({ facts: { wire, websocket = wire?.ws } }: UndiciConnection) => pings.of(websocket);

  function recordEnd(connection: UndiciConnection, end: EndFacts): void {
    if (release(connection)) guard('undici', () => write(connection, end));
  }

  function write(connection: UndiciConnection, end: EndFacts): void {
    const closeFacts = undiciCloseFacts(connection, end);
    const { closeFrame, wire, websocket = wire?.ws } = connection.facts;
    if (closeFrame && closeFacts.initiator === 'remote') {
      connection.noteClosing({ at: closeFrame.at, by: 'remote', code: undefined });
    }
    const facts: CloseFacts =
      overdue.has(connection) && !closeFrame ? { ...closeFacts, cause: 'ping_timeout' } : closeFacts;
    const all = withAttributes(facts, pingAttributes(pingsOf(connection)));
    recorder.record(connection.tracked, websocket ? withMessages(websocket, all) : all, websocket);
  }

  function recordTimeout(connection: UndiciConnection): void {
    const { closeFrame, wire, websocket = wire?.ws } = connection.facts;
    const end = closeFrame
      ? { ...endFactsOf(closeFrame, websocket), closedAt: closeFrame.at }
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
      if (!connection.tracked.closing && pingsOf(connection)?.isOverdue) overdue.add(connection);
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
