import type { UndiciConnection } from '../connection/undici-connection.ts';

/** Milliseconds from a complete closing handshake to the end of TCP, which the server owes; Chromium waits as long. */
const COMPLETE_WAIT = 2000;
/** Milliseconds from our Close frame to the peer's Close frame; `ws` waits as long. */
const PEER_WAIT = 30_000;

/**
 * Limits the wait for the end of a connection that is closing. undici fires `close` when TCP ends, however long that
 * takes. A connection that is open and not closing has no timer.
 */
export function limitEnd(
  connection: UndiciConnection,
  timedOut: (connection: UndiciConnection) => void,
): void {
  connection.limitWait(connection.facts.closeFrame ? COMPLETE_WAIT : PEER_WAIT, timedOut);
}
