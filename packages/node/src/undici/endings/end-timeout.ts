import type { UndiciConnection } from '../connection/undici-connection.ts';

/**
 * Milliseconds to wait for the end of TCP after both ends have sent a Close frame. The server must then end TCP (RFC
 * 6455 §5.5.1). Chromium waits as long.
 */
const COMPLETE_WAIT = 2000;
/** Milliseconds to wait for the peer's Close frame after this end has sent one. `ws` waits as long. */
const PEER_WAIT = 30_000;

/**
 * Limits the time for which a closing connection may take to end. undici fires `close` only when TCP ends, which may
 * take long. A connection that is open and not closing has no timer.
 * @param timedOut called when the time is over
 */
export function limitEnd(
  connection: UndiciConnection,
  timedOut: (connection: UndiciConnection) => void,
): void {
  connection.limitWait(connection.facts.closeFrame ? COMPLETE_WAIT : PEER_WAIT, timedOut);
}
