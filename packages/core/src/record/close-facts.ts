import type { CloseCause, CloseInitiator, Interruption } from './close-cause.ts';
import { type Connection, now } from './connection.ts';

/** Address of the remote end of a TCP connection. */
export interface Peer {
  /** IPv4 or IPv6 address. */
  readonly address: string;
  /** TCP port. */
  readonly port: number;
}

/** Facts of one close, as a runtime shows them; an observer writes them at the close. */
export interface CloseFacts {
  /** The end of the connection that was observed. */
  readonly kind: 'client' | 'server';
  /** URL as the runtime has it, secrets included; the record has a redacted one. */
  readonly url: string;
  /** Close code (WHATWG WebSockets § CloseEvent); 1006 when no Close frame arrived. */
  readonly code: number;
  /** Text of the peer's Close frame; empty when there is none. */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** Code of the runtime's `close` event. @defaultValue `code` */
  readonly reportedCode?: number;
  /** Negotiated subprotocol (RFC 6455 §1.9). @defaultValue none */
  readonly subprotocol?: string | undefined;
  /** Negotiated extensions (RFC 6455 §9). @defaultValue none */
  readonly extensions?: string | undefined;
  /**
   * Result of `urlTemplate` for the upgrade request; `''` is none.
   * @defaultValue `urlTemplate` is called with the URL alone
   */
  readonly template?: string | undefined;
  /** Remote end of the TCP connection; `undefined` where it is not known, or not to be recorded. */
  readonly peer?: Peer | undefined;
  /** Address of the client behind proxies, as its server knows it; `undefined` where it is not to be recorded. */
  readonly clientAddress?: string | undefined;
  /** `Origin` header of the upgrade request; `undefined` where there is none, or where it is not to be recorded. */
  readonly origin?: string | undefined;
  /** Bytes that the app passed to `send` and that never left this end. @defaultValue 0 */
  readonly unsentSize?: number | undefined;
  /** Whether the facts are inferred, since the runtime fired no `close` event. @defaultValue `false` */
  readonly synthetic?: boolean;
  /** Whether an `error` event came before the close; the event alone tells no cause. @defaultValue `false` */
  readonly errored?: boolean;
  /** errno or library code of the error, e.g. `ECONNRESET`; `undefined` where the runtime shows none. */
  readonly errorCode?: string | undefined;
  /** Status of the response to the handshake; `undefined` where no response was seen. */
  readonly httpStatusCode?: number | undefined;
  /** Monotonic milliseconds at which the connection was over. @defaultValue the time of the call of `record` */
  readonly closedAt?: number | undefined;
  /** Cause that only the observer can know. @defaultValue concluded from the other facts */
  readonly cause?: CloseCause | undefined;
  /** Loss of network that the platform saw shortly before the close; `undefined` where it saw none. */
  readonly interruption?: Interruption | undefined;
  /**
   * Milliseconds for which the device slept or the page was frozen, since the connection was made.
   * @defaultValue not noticed
   */
  readonly suspendedDuration?: number | undefined;
  /**
   * Who closed first, for an observer that knows better than the event.
   * @defaultValue concluded from the other facts
   */
  readonly initiator?: CloseInitiator | undefined;
}

/** Facts of a connection that ended without a Close frame: code 1006 and no reason (RFC 6455 §7.1.5, §7.1.6). */
export const NO_CLOSE_FRAME: Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> = {
  code: 1006,
  reason: '',
  wasClean: false,
};

/** A close that waits for its record: connection, facts and the time of the close. */
export interface PendingClose {
  /** The connection that ended. */
  readonly connection: Connection;
  /** Facts of its end. */
  readonly facts: CloseFacts;
  /** Monotonic milliseconds of the close. */
  readonly closedAt: number;
  /** Epoch milliseconds of the close, by a clock that runs on while the device sleeps. */
  readonly closeTime: number;
}

/** Adds the time to the facts of a close: `closedAt` where the facts have one, else the time of this call. */
export function stampClose(connection: Connection, facts: CloseFacts): PendingClose {
  const time = now();
  const { closedAt = time } = facts;
  return { connection, facts, closedAt, closeTime: Date.now() - (time - closedAt) };
}
