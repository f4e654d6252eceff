import type { SpanContext } from '@opentelemetry/api';
import type { CloseCause, CloseInitiator } from './close-cause.ts';
import type { CloseCategory } from './close-code-table.ts';
import type { Peer } from './close-facts.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Describes the end of one connection; each connection has one record. Times are epoch milliseconds, durations
 * milliseconds.
 */
export interface CloseRecord {
  /** The end of the connection that was observed. */
  readonly kind: 'client' | 'server';
  /** 16 hexadecimal digits. Both ends have one id where both run on Node, or where a `carrier` carries it. */
  readonly connectionId: string;
  /** Parts of the URL, without user info, query and fragment. */
  readonly endpoint: Endpoint;
  /** Remote end of the TCP connection; `undefined` where it is not known, or not to be recorded. */
  readonly peer: Peer | undefined;
  /** Address of the client behind proxies; `undefined` but on servers with the option `recordClientAddress`. */
  readonly clientAddress: string | undefined;
  /** `Origin` header of the handshake; `undefined` but on servers with the option `recordOrigin`. */
  readonly origin: string | undefined;
  /**
   * Close code (WHATWG WebSockets § CloseEvent). Where the `close` event had another one, `reportedCode` has that one.
   */
  readonly code: number;
  /** Name of the code: the app's by `closeCodes`, else the registry's, else that of the code's range. */
  readonly name: string;
  /** Kind of ending that the code stands for. */
  readonly category: CloseCategory;
  /** Text of the peer's Close frame after `redactReason`; empty when there is none. */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** Tells who closed first. */
  readonly initiator: CloseInitiator;
  /** Explains why the connection ended. */
  readonly cause: CloseCause;
  /** Whether the close counts as an error, by the default rules and `closeCodes`; `isAbnormal` decides after this. */
  readonly abnormal: boolean;
  /** Whether the record is inferred, since the runtime fired no `close` event. */
  readonly synthetic: boolean;
  /** Code of the runtime's `close` event where it differs from `code`; else `undefined`. */
  readonly reportedCode: number | undefined;
  /** Code that the app passed to `close(code)`; `undefined` where the app passed none. */
  readonly requestedCode: number | undefined;
  /** Time of construction; `closingTime` where the connection was made before observation began. */
  readonly startTime: number;
  /** Time of the first sign of closing; `closeTime` where the close came without a sign. */
  readonly closingTime: number;
  /** Time of the close. */
  readonly closeTime: number;
  /** Whether the connection had opened. */
  readonly handshakeSucceeded: boolean;
  /** Construction to open, or to failure; `undefined` when the connection was made before observation began. */
  readonly handshakeDuration: number | undefined;
  /** Open to close; `undefined` when the handshake failed, or when its end was not observed. */
  readonly connectionDuration: number | undefined;
  /** Time for which the device slept or the page was frozen, meanwhile; `undefined` when none was noticed. */
  readonly suspendedDuration: number | undefined;
  /** Negotiated subprotocol (RFC 6455 §1.9); empty when there is none. */
  readonly subprotocol: string;
  /** Negotiated extensions (RFC 6455 §9); empty when there are none. */
  readonly extensions: string;
  /** Bytes that the app passed to `send` and that never left this end. */
  readonly unsentSize: number;
  /** Status of the response to the handshake, other than 101; `undefined` where no response was seen. */
  readonly httpStatusCode: number | undefined;
  /** errno or library code of the error that ended the connection; `undefined` where none was seen. */
  readonly errorCode: string | undefined;
  /** Ids of the span that was active when the connection was made; `undefined` where none was. */
  readonly creation: SpanContext | undefined;
}
