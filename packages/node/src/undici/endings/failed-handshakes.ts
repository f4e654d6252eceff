import { type Closing, now } from '@closespan/core/platform';
import { inNextTurn } from '../../pipeline/timers-at-load.ts';
import { memberOf } from '../../runtime/member-of.ts';
import type { AbortedSockets } from '../calls/aborted-sockets.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import type { UndiciConnections } from '../connection/undici-connections.ts';
import { isTo } from '../connection/undici-facts.ts';
import type { UndiciEndings } from './undici-endings.ts';

/** Stores handshakes that fail, until the `close` event of each comes. */
export interface FailedHandshakes {
  /** Notes an interim response such as 103. A final response follows (RFC 9110 §15.2). */
  noteInterimResponse(connection: UndiciConnection): void;
  /** Notes the final response to a handshake. Every status except 101 fails the handshake. */
  noteResponse(connection: UndiciConnection, statusCode: number): void;
  /**
   * Notes the error of a handshake's request.
   * @param closing the call of `close()` that is running while undici reports the error; `undefined` if no call is
   * running
   */
  noteError(connection: UndiciConnection, error: unknown, closing: Closing | undefined): void;
  /** Notes that undici tries a failed handshake again. */
  noteRetry(connection: UndiciConnection): void;
  /**
   * Returns, and removes from the store, the failed handshake of a socket that is firing `close` now.
   * @param closing the app's call of `close()` on the socket, which aborted the handshake; `undefined` if there was no
   * call
   * @returns `undefined` if no handshake with the URL has failed in this turn of the event loop
   */
  take(url: string, closing: Closing | undefined): UndiciConnection | undefined;
  /** Says whether the `close` event of any failed handshake may still come. */
  hasAny(): boolean;
  /**
   * Records each handshake that has failed, or that the app has aborted, and whose `close` event has not come.
   * @param isLast true if observation ends, so that no event of undici can follow
   */
  recordAll(isLast: boolean): void;
}

/**
 * Milliseconds to wait, after a handshake has failed, for a retry or for the `close` event. undici 6 never fires this
 * event.
 */
const CLOSE_EVENT_WAIT = 1000;

/**
 * Makes the store of failed handshakes. undici reports a failure and fires `close` in one turn of the event loop. The
 * `close` events come in the order of the failures. This order separates several handshakes with one URL.
 * @param firesClose says whether a `close` event that has not come may still come
 */
export function createFailedHandshakes(
  connections: UndiciConnections,
  aborted: AbortedSockets,
  endings: UndiciEndings,
  firesClose: () => boolean,
): FailedHandshakes {
  const ofThisTurn = new Set<UndiciConnection>();

  function noteFailure(connection: UndiciConnection): void {
    connection.noteFailure();
    const { failedAt } = connection.facts;
    connection.limitWait(CLOSE_EVENT_WAIT, recordUnfired);
    // Removed first, so that the last failure stands at the end.
    ofThisTurn.delete(connection);
    ofThisTurn.add(connection);
    inNextTurn('undici', () => {
      if (connection.facts.failedAt === failedAt) ofThisTurn.delete(connection);
    });
  }

  function recordUnfired(connection: UndiciConnection): void {
    endings.recordFailure(connection, false);
  }

  /**
   * Notes a failure if a handshake with a 101 response has not opened. undici reports the 101, but does not report that
   * it refuses the response. undici 6 then fires no `close` either.
   */
  function noteFailureUnlessOpen(connection: UndiciConnection): void {
    ofThisTurn.delete(connection);
    if (connection.isPending) noteFailure(connection);
  }

  return {
    noteInterimResponse(connection) {
      const { wire, readBefore } = connection.facts;
      const bytesRead = wire?.bytesRead ?? readBefore;
      // The final response may have come in the same chunk: then undici takes it, or refuses it, in this turn.
      inNextTurn('undici', () => {
        if (connection.facts.wire === wire) connection.noteInterimResponse(bytesRead);
      });
    },
    noteResponse(connection, statusCode) {
      connection.noteResponse(statusCode);
      if (statusCode !== 101) {
        noteFailure(connection);
        return;
      }
      ofThisTurn.add(connection);
      inNextTurn('undici', () => noteFailureUnlessOpen(connection));
    },
    noteError(connection, error, closing) {
      connection.noteError(error);
      if (isAbort(connection, error, closing)) {
        const socket = connection.facts.wire || closing ? undefined : aborted.firstFor(connection);
        if (socket) {
          endings.recordAborted(connection, socket);
          return;
        }
        if (closing) aborted.forget(closing);
        // Without a call the app aborted the signal of a `WebSocketStream`.
        const byCall = closing ?? { at: now(), by: 'local', code: undefined };
        connection.noteAbort(connection.tracked.closing ?? byCall);
      }
      noteFailure(connection);
    },
    noteRetry: (connection) => void ofThisTurn.delete(connection),
    take(url, closing) {
      for (const connection of ofThisTurn) {
        const { facts, tracked } = connection;
        if (!isTo(facts, url) || tracked.closing !== closing) continue;
        // A socket to the same URL whose 101 undici has accepted.
        if (tracked.openedAt !== undefined) continue;
        ofThisTurn.delete(connection);
        return connection;
      }
      return undefined;
    },
    hasAny: () => connections.pending().some((one) => one.state === 'failed' || ofThisTurn.has(one)),
    recordAll(isLast) {
      for (const connection of connections.pending()) {
        const isOfThisTurn = ofThisTurn.has(connection);
        if (connection.state !== 'failed' && !(isLast && isOfThisTurn)) continue;
        endings.recordFailure(connection, firesClose() && isOfThisTurn);
      }
      for (const socket of aborted.all()) {
        const unsent = connections
          .pending()
          .findLast(({ facts }) => !facts.wire && isTo(facts, memberOf(socket, 'url')));
        if (unsent) endings.recordAborted(unsent, socket, firesClose());
      }
    },
  };
}

/** Says whether the app has aborted a request. undici itself also aborts a request, when it refuses the response. */
function isAbort({ facts }: UndiciConnection, error: unknown, closing: Closing | undefined): boolean {
  const { wire, readBefore, statusCode } = facts;
  const hasResponse = statusCode !== undefined || (wire?.bytesRead ?? 0) > readBefore;
  return (
    (closing !== undefined || !hasResponse) &&
    (error as { code?: unknown } | null)?.code === DOMException.ABORT_ERR
  );
}
