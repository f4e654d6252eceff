import type { CloseCategory } from './close-code-table.ts';

/** Explains why a connection ended: one of a fixed set of causes, and never more than the facts show. */
export type CloseCause =
  | 'handshake_rejected'
  | 'handshake_failed'
  | 'handshake_timeout'
  | 'aborted_connecting'
  | 'page_exit'
  | 'bfcache'
  | 'process_exit'
  | 'suspended'
  | 'offline'
  | 'connection_reset'
  | 'close_timeout'
  | 'ping_timeout'
  | 'message_too_big'
  | 'protocol_error'
  | 'connection_lost'
  | 'server_restart'
  | 'server_error'
  | 'policy'
  | 'local_close'
  | 'remote_close'
  | 'unknown';

/**
 * Tells who closed first: this end's call (`local`), the peer's Close frame (`remote`), or nobody, since the transport
 * died (`none`). `unknown`: the facts do not tell.
 */
export type CloseInitiator = 'local' | 'remote' | 'none' | 'unknown';

/** Names a loss of network that the platform saw: the device slept (`suspended`), or it was `offline`. */
export type Interruption = 'suspended' | 'offline';

/** Facts that decide the cause of a close. */
export interface CauseFacts {
  /** Whether the handshake succeeded. */
  readonly opened: boolean;
  /** Close code; 1006 when no Close frame arrived. */
  readonly code: number;
  /** Kind of ending that the code stands for. */
  readonly category: CloseCategory;
  /** Tells who closed first. */
  readonly initiator: CloseInitiator;
  /** Status of the response to the handshake, other than 101; `undefined` where no response was seen. */
  readonly httpStatusCode: number | undefined;
  /** errno or library code, e.g. `ECONNRESET`; `undefined` where none was seen. */
  readonly errorCode: string | undefined;
  /** Loss of network shortly before the close; `undefined` where none was noticed. */
  readonly interruption: Interruption | undefined;
  /** Milliseconds from the first sign of closing to the close; 0 when the close came without a sign. */
  readonly closingDuration: number;
}

/** Causes that a code alone decides. */
const CAUSES: Readonly<Record<number, CloseCause>> = {
  1009: 'message_too_big',
  1011: 'server_error',
  1012: 'server_restart',
  1013: 'server_error',
  1014: 'server_error',
};
const RESET = /^(ECONNRESET|EPIPE|ECONNABORTED)$/;
/**
 * Milliseconds, below the shortest time for which a runtime waits for the peer's Close frame. WebKitGTK waits 5 s, up
 * to 250 ms less or 750 ms more, since GLib runs timers together. Firefox waits 20 s, `ws` 30 s, Chromium 60 s.
 */
const CLOSE_TIMEOUT = 4000;
const TOO_BIG = /^WS_ERR_(UNSUPPORTED_MESSAGE_LENGTH|TOO_MANY_BUFFERED_PARTS)$/;

/** Returns the cause of a close: the first rule that fits wins. Never throws. */
export function closeCause(facts: CauseFacts): CloseCause {
  const { opened, code, category, initiator, httpStatusCode, errorCode, interruption } = facts;
  if (!opened) {
    if (httpStatusCode) return 'handshake_rejected';
    return initiator === 'local' ? 'aborted_connecting' : (interruption ?? 'handshake_failed');
  }
  if (errorCode) {
    if (RESET.test(errorCode)) return 'connection_reset';
    if (TOO_BIG.test(errorCode)) return 'message_too_big';
    if (errorCode.startsWith('WS_ERR_')) return 'protocol_error';
  }
  const known = CAUSES[code];
  if (known) return known;
  if (category === 'protocol') return 'protocol_error';
  if (category === 'policy') return 'policy';
  if (initiator === 'local') {
    return code === 1006 && facts.closingDuration >= CLOSE_TIMEOUT ? 'close_timeout' : 'local_close';
  }
  if (category === 'lost') return interruption ?? 'connection_lost';
  return initiator === 'remote' ? 'remote_close' : 'unknown';
}
