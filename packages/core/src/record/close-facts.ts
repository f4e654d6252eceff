import type { CloseCause, CloseInitiator, Interruption } from './close-cause.ts';
import { type Connection, now } from './connection.ts';

/** The remote end of a TCP connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** What a runtime shows of one close; observers fill it in at the close. */
export interface CloseFacts {
  readonly kind: 'client' | 'server';
  /** As the runtime has it; it is redacted before anyone sees it. */
  readonly url: string;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  /** The code of the runtime's own `close` event. @defaultValue `code` */
  readonly reportedCode?: number;
  readonly subprotocol?: string | undefined;
  readonly extensions?: string | undefined;
  /** What `urlTemplate` said of the upgrade request, `''` for nothing. @defaultValue it is asked about the URL alone */
  readonly template?: string | undefined;
  readonly peer?: Peer | undefined;
  /** The client as its server knows it, behind proxies. */
  readonly clientAddress?: string | undefined;
  /** The `Origin` of the upgrade request. */
  readonly origin?: string | undefined;
  /** Bytes that were given to `send` and never left. */
  readonly unsentSize?: number | undefined;
  /** The runtime fired no `close` event: the facts are inferred. */
  readonly synthetic?: boolean;
  /** An `error` was seen before the close, which says no more than that. */
  readonly errored?: boolean;
  /** errno or library code, e.g. `ECONNRESET`. */
  readonly errorCode?: string | undefined;
  /** Status of a handshake's response. */
  readonly httpStatusCode?: number | undefined;
  /** When it was over, in monotonic milliseconds. @defaultValue now */
  readonly closedAt?: number | undefined;
  /** A cause that only the observer can know. */
  readonly cause?: CloseCause | undefined;
  /** What took the network away, where the platform saw it shortly before the close. */
  readonly interruption?: Interruption | undefined;
  /** Milliseconds for which the device slept, or the page was frozen, since the connection was made. */
  readonly suspendedDuration?: number | undefined;
  /** Who closed first where no call was noted, and the event alone would mislead. */
  readonly initiator?: CloseInitiator | undefined;
}

/** What is reported where the transport ended without a Close frame (RFC 6455 §7.1.5, §7.1.6). */
export const NO_CLOSE_FRAME: Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> = {
  code: 1006,
  reason: '',
  wasClean: false,
};

/** Facts with the times at which they were noted, ready to wait in a queue. */
export interface PendingClose {
  readonly connection: Connection;
  readonly facts: CloseFacts;
  /** Monotonic milliseconds. */
  readonly closedAt: number;
  /** Epoch milliseconds at `closedAt`: a clock that runs on while the device sleeps. */
  readonly closeTime: number;
}

/** Notes the time of a close. */
export function stampClose(connection: Connection, facts: CloseFacts): PendingClose {
  const time = now();
  const { closedAt = time } = facts;
  return { connection, facts, closedAt, closeTime: Date.now() - (time - closedAt) };
}
