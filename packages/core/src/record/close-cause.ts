import type { CloseCategory } from './close-code-table.ts';

/** A bounded explanation of a close; never more than the facts shows. */
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

/** Who closed first: our call, their frame, nobody (the transport died). */
export type CloseInitiator = 'local' | 'remote' | 'none' | 'unknown';

/** What took the network from a connection, as the platform saw it. */
export type Interruption = 'suspended' | 'offline';

/** What a cause is read from. */
export interface CauseFacts {
  readonly opened: boolean;
  readonly code: number;
  readonly category: CloseCategory;
  readonly initiator: CloseInitiator;
  readonly httpStatusCode: number | undefined;
  readonly errorCode: string | undefined;
  readonly interruption: Interruption | undefined;
  /** Milliseconds from the first sign of closing to the close. */
  readonly closingDuration: number;
}

const CAUSES: Readonly<Record<number, CloseCause>> = {
  1009: 'message_too_big',
  1011: 'server_error',
  1012: 'server_restart',
  1013: 'server_error',
  1014: 'server_error',
};
const RESET = /^(ECONNRESET|EPIPE|ECONNABORTED)$/;
/**
 * Below the shortest time after which a runtime gives up: WebKitGTK 5 s, by a timer of GLib's that goes off with others,
 * up to 250 ms early or 750 ms late; Firefox 20 s, `ws` 30 s, Chromium 60 s.
 */
const CLOSE_TIMEOUT = 4000;
const TOO_BIG = /^WS_ERR_(UNSUPPORTED_MESSAGE_LENGTH|TOO_MANY_BUFFERED_PARTS)$/;

/** Explains a close; the first explanation that fits. */
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
