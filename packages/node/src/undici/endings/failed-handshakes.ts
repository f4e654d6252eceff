import { type Closing, now } from '@closespan/core/platform';
import type { GivenUpSockets } from '../calls/aborted-sockets.ts';
import { isTo, type UndiciConnection } from '../connection/undici-connection.ts';
import type { UndiciEndings } from './undici-endings.ts';

/** Handshakes that fail, until their `close` event. */
export interface FailedHandshakes {
  /** The server has sent an interim response: the answer is still to come. */
  hear(undici: UndiciConnection): void;
  /** The server has answered. */
  respond(undici: UndiciConnection, statusCode: number): void;
  /** @param closing the call of `close()` inside which undici told of the error */
  fail(undici: UndiciConnection, error: unknown, closing: Closing | undefined): void;
  /** undici tries again. */
  retry(undici: UndiciConnection): void;
  /** Whether its `close` is fired in this turn, if it ever is. */
  isOfThisTurn(undici: UndiciConnection): boolean;
  /** The one whose socket has just fired `close`, given up by the app with a call or not. */
  claim(url: string, closing: Closing | undefined): UndiciConnection | undefined;
}

/** Milliseconds until a failed handshake is not tried again, and has no `close` event: undici 6 fires none. */
const CLOSE_EVENT_WAIT = 1000;

/**
 * Makes a list. undici tells of a failure and fires `close` in one turn of the event loop, in the order of the
 * failures: that is what tells apart those of one URL.
 */
export function createFailedHandshakes(endings: UndiciEndings, givenUp: GivenUpSockets): FailedHandshakes {
  const ofThisTurn = new Set<UndiciConnection>();

  function retry(undici: UndiciConnection): void {
    ofThisTurn.delete(undici);
    clearTimeout(undici.timer);
    undici.timer = undefined;
    undici.failedAt = undefined;
  }

  function add(undici: UndiciConnection): void {
    const failedAt = now();
    retry(undici);
    undici.failedAt = failedAt;
    undici.timer = setTimeout(endings.giveUpHandshake, CLOSE_EVENT_WAIT, undici, false).unref();
    ofThisTurn.add(undici);
    setImmediate(() => {
      if (undici.failedAt === failedAt) ofThisTurn.delete(undici);
    }).unref();
  }

  /** undici tells of a 101 and not that it refuses it; 6 fires no `close` either. */
  function addUnlessOpen(undici: UndiciConnection): void {
    ofThisTurn.delete(undici);
    if (!undici.isRecorded && undici.connection.openedAt === undefined) add(undici);
  }

  return {
    hear(undici) {
      const { wire, readBefore } = undici;
      const bytesRead = wire?.bytesRead ?? readBefore;
      // The answer may have come with it: then undici refuses it in this turn.
      setImmediate(() => {
        if (undici.wire === wire) undici.readBefore = bytesRead;
      }).unref();
    },
    respond(undici, statusCode) {
      undici.statusCode = statusCode;
      if (statusCode !== 101) {
        add(undici);
        return;
      }
      ofThisTurn.add(undici);
      setImmediate(addUnlessOpen, undici).unref();
    },
    fail(undici, error, closing) {
      undici.error ??= error;
      if (isGiveUp(undici, error, closing)) {
        const unsent = undici.wire || closing ? undefined : givenUp.first(undici);
        if (unsent) {
          endings.recordGivenUp(undici, unsent);
          return;
        }
        if (closing) givenUp.remove(closing);
        // Without a call it was the signal of a stream.
        undici.connection.closing ??= closing ?? { at: now(), by: 'local', code: undefined };
      }
      add(undici);
    },
    retry,
    isOfThisTurn: (undici) => ofThisTurn.has(undici),
    claim(url, closing) {
      for (const undici of ofThisTurn) {
        if (!isTo(undici, url) || undici.connection.closing !== closing) continue;
        // Another of the URL, whose 101 was accepted.
        if (undici.connection.openedAt !== undefined) continue;
        ofThisTurn.delete(undici);
        return undici;
      }
      return undefined;
    },
  };
}

/** Whether the app has aborted a request; undici aborts one itself when it refuses the answer. */
function isGiveUp(undici: UndiciConnection, error: unknown, closing: Closing | undefined): boolean {
  const { wire, readBefore, statusCode } = undici;
  const isAnswered = statusCode !== undefined || (wire?.bytesRead ?? 0) > readBefore;
  return (
    (closing !== undefined || !isAnswered) &&
    (error as { code?: unknown } | null)?.code === DOMException.ABORT_ERR
  );
}
