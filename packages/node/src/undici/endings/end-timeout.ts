import type { UndiciConnection } from '../connection/undici-connection.ts';

/** Milliseconds from a complete closing handshake to the end of TCP, which the server owes; Chromium waits as long. */
const COMPLETE_WAIT = 2000;
/** Milliseconds from our Close frame to an answer; `ws` waits as long. */
const ANSWER_WAIT = 30_000;

/**
 * Bounds the wait for the end of a connection that is closing: undici fires `close` when TCP ends, however long that
 * takes. A connection that is merely open has no timer.
 */
export function awaitEnd(connection: UndiciConnection, giveUp: (connection: UndiciConnection) => void): void {
  clearTimeout(connection.timer);
  const wait = connection.closeFrame ? COMPLETE_WAIT : ANSWER_WAIT;
  connection.timer = setTimeout(giveUp, wait, connection).unref();
}
