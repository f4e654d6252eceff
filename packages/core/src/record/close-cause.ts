import type { CloseCategory } from './close-code-table.ts';

/** Cause of the end of a connection: one of a fixed set. A cause claims no more than the observed facts prove. */
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
  | 'pong_backlog'
  | 'message_too_big'
  | 'too_many_parts'
  | 'protocol_error'
  | 'idle_timeout'
  | 'connection_lost'
  | 'server_restart'
  | 'server_error'
  | 'policy'
  | 'local_close'
  | 'local_terminate'
  | 'remote_close'
  | 'unknown';

/**
 * Who closed the connection first. `local`: this end closed. `remote`: the peer sent a Close frame. `none`: nobody
 * closed, the transport was lost. `unknown`: the facts do not decide.
 */
export type CloseInitiator = 'local' | 'remote' | 'none' | 'unknown';

/**
 * Loss of network that the platform noticed. `suspended`: the device slept or the page was frozen. `offline`: the
 * device had no network.
 */
export type Interruption = 'suspended' | 'offline';

/** Facts from which the cause of a close is concluded. */
export interface CauseFacts {
  /** Whether the handshake succeeded. */
  readonly opened: boolean;
  /** Close code. The code is 1006 if no Close frame arrived. */
  readonly code: number;
  /** Kind of ending that the close code means. */
  readonly category: CloseCategory;
  /** Who closed the connection first. */
  readonly initiator: CloseInitiator;
  /** HTTP status of the response to the handshake. `undefined` if no response was seen, or for status 101. */
  readonly httpStatusCode: number | undefined;
  /** Cause that the error code of the loss names. Empty or `undefined` if no such code was seen. */
  readonly causeOfError: CloseCause | '' | undefined;
  /** Loss of network shortly before the close. `undefined` if none was noticed. */
  readonly interruption: Interruption | undefined;
  /** Time from the first sign of closing to the close, in milliseconds. 0 if there was no sign before the close. */
  readonly closingDuration: number;
}

/** Causes that the close code alone decides, by code. */
const CAUSES: Readonly<Record<number, CloseCause>> = {
  1009: 'message_too_big',
  1011: 'server_error',
  1012: 'server_restart',
  1013: 'server_error',
  1014: 'server_error',
};
/**
 * Limit in milliseconds. If a code 1006 comes later than this limit after a call of `close()`, the peer sent no Close
 * frame in time. The limit is below the shortest wait of a runtime for that frame. WebKitGTK waits 5 s, up to 250 ms
 * less or 750 ms more, since GLib runs timers together. Firefox waits 20 s, `ws` 30 s, Chromium 60 s.
 */
const CLOSE_TIMEOUT = 4000;

/** Returns the cause of a close. The first rule that applies decides. Never throws. */
export function closeCause(facts: CauseFacts): CloseCause {
  const { opened, code, category, initiator, httpStatusCode, causeOfError, interruption } = facts;
  if (!opened) {
    if (httpStatusCode) return 'handshake_rejected';
    return initiator === 'local' ? 'aborted_connecting' : (interruption ?? 'handshake_failed');
  }
  const known = causeOfError || CAUSES[code];
  if (known) return known;
  if (category === 'protocol') return 'protocol_error';
  if (category === 'policy') return 'policy';
  if (initiator === 'local') {
    return code === 1006 && facts.closingDuration >= CLOSE_TIMEOUT ? 'close_timeout' : 'local_close';
  }
  if (category === 'lost') return interruption ?? 'connection_lost';
  return initiator === 'remote' ? 'remote_close' : 'unknown';
}
