import { type Closing, now } from '@closespan/core';
import type { UndiciConnection } from './undici-connection.ts';

/** Handshakes that have failed, until their `close` event. */
export interface FailedHandshakes {
  add(connection: UndiciConnection): void;
  /** undici tries again. */
  remove(connection: UndiciConnection): void;
  /** The one whose socket has just fired `close`, whether given up by the app or not. */
  claim(url: string, closing: Closing | undefined): UndiciConnection | undefined;
}

/** Milliseconds until a failed handshake is not tried again, and has no `close` event: undici 6 fires none. */
const CLOSE_EVENT_WAIT = 1000;

/**
 * Makes a list. undici tells of a failure and fires `close` in one turn of the event loop, in the order of the
 * failures: that is what tells apart those of one URL.
 * @param giveUp called for one that had no `close` event
 */
export function createFailedHandshakes(giveUp: (connection: UndiciConnection) => void): FailedHandshakes {
  const ofThisTurn = new Set<UndiciConnection>();

  function remove(connection: UndiciConnection): void {
    ofThisTurn.delete(connection);
    clearTimeout(connection.timer);
    connection.timer = undefined;
    connection.failedAt = undefined;
  }

  return {
    add(connection) {
      const failedAt = now();
      remove(connection);
      connection.failedAt = failedAt;
      connection.timer = setTimeout(giveUp, CLOSE_EVENT_WAIT, connection).unref();
      ofThisTurn.add(connection);
      setImmediate(() => {
        if (connection.failedAt === failedAt) ofThisTurn.delete(connection);
      }).unref();
    },
    remove,
    claim(url, closing) {
      for (const undici of ofThisTurn) {
        if (undici.url !== url || undici.connection.closing !== closing) continue;
        ofThisTurn.delete(undici);
        return undici;
      }
      return undefined;
    },
  };
}
