import { type Closing, guard, type Recorder } from '@closespan/core/platform';
import type { GivenUp, GivenUpSockets } from '../calls/aborted-sockets.ts';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { awaitEnd } from './end-timeout.ts';
import { closeFactsOf, type Ending, endingOf, LOST } from './undici-close-facts.ts';

const CLOSED = 3;

/** Records the ends of connections, those that undici tells of and those that it does not. */
export interface UndiciEndings {
  /** Records an end, once a connection. */
  record(undici: UndiciConnection, ending: Ending): void;
  /** The app has called `close()` of an open one. */
  begin(undici: UndiciConnection, closing: Closing): void;
  /** The peer's Close frame has come. */
  closeFrame(undici: UndiciConnection): void;
  /** The transport has ended; of a stream's end that is all that is told. */
  ended(undici: UndiciConnection): void;
  /**
   * No channel has told of the `close` event of a failed handshake.
   * @param isFired whether it is just being fired
   */
  giveUpHandshake(undici: UndiciConnection, isFired: boolean): void;
  /** The app had given the socket up before its request could be sent. */
  recordGivenUp(undici: UndiciConnection, givenUp: GivenUp, isFired?: boolean): void;
  /**
   * Records what is certain: nothing more will be told.
   * @param otherwise the end of what is open; without one, that is let go
   */
  stop(undici: UndiciConnection, otherwise?: Ending): void;
}

/**
 * @param letGo says whether the connection was still held, and holds it no more
 * @param hasStreams whether what fires no `close` may be a stream, which has no events to miss
 */
export function createUndiciEndings(
  recorder: Recorder,
  givenUp: GivenUpSockets,
  letGo: (undici: UndiciConnection) => boolean,
  hasStreams: () => boolean,
): UndiciEndings {
  function record(undici: UndiciConnection, ending: Ending): void {
    if (letGo(undici)) guard('undici', () => write(undici, ending), undefined);
  }

  function write(undici: UndiciConnection, ending: Ending): void {
    const facts = closeFactsOf(undici, ending);
    const { connection, closeFrame } = undici;
    if (closeFrame && facts.initiator === 'remote') {
      connection.closing ??= { at: closeFrame.at, by: 'remote', code: undefined };
    }
    recorder.record(connection, facts);
  }

  function giveUpEnd(undici: UndiciConnection): void {
    const { closeFrame } = undici;
    const ending = closeFrame
      ? { ...endingOf(closeFrame), closedAt: closeFrame.at }
      : { ...LOST, cause: 'close_timeout' as const };
    record(undici, { ...ending, synthetic: true });
  }

  function recordGivenUp(undici: UndiciConnection, { closing, websocket }: GivenUp, isFired = false): void {
    givenUp.remove(closing);
    undici.connection.closing = closing;
    undici.websocket = websocket;
    record(undici, { ...LOST, closedAt: closing.at, synthetic: !(websocket || isFired || hasStreams()) });
  }

  return {
    record,
    begin(undici, closing) {
      undici.connection.closing ??= closing;
      awaitEnd(undici, giveUpEnd);
    },
    closeFrame: (undici) => awaitEnd(undici, giveUpEnd),
    ended(undici) {
      if (!undici.hasEvents) record(undici, undici.closeFrame ? endingOf(undici.closeFrame) : LOST);
    },
    giveUpHandshake(undici, isFired) {
      const { closing } = undici.connection;
      const unjoined = closing ? undefined : givenUp.first(undici);
      if (unjoined) recordGivenUp(undici, unjoined, isFired);
      else record(undici, { ...LOST, closedAt: undici.failedAt, synthetic: !(isFired || hasStreams()) });
    },
    recordGivenUp,
    stop(undici, otherwise) {
      const { closeFrame, likelyClosing, websocket = undici.wire?.ws } = undici;
      undici.connection.closing ??= likelyClosing;
      // Its `close` is being fired just now, and undici tells of it afterwards.
      if (websocket?.readyState === CLOSED) record(undici, closeFrame ? endingOf(closeFrame) : LOST);
      else if (closeFrame) giveUpEnd(undici);
      else if (otherwise) record(undici, otherwise);
      else letGo(undici);
    },
  };
}
