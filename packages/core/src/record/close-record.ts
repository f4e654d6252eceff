import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { CloseCause, CloseInitiator } from './close-cause.ts';
import type { CloseCategory } from './close-code-table.ts';
import type { Peer } from './close-facts.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Describes the end of one connection. Each connection has one record. Times are epoch milliseconds, durations are
 * milliseconds.
 */
export interface CloseRecord {
  /** Which end of the connection was observed. */
  readonly kind: 'client' | 'server';
  /**
   * Id of the connection: 16 hexadecimal digits. Both ends have one id if both run on Node, or if a `carrier` carries
   * the id.
   */
  readonly connectionId: string;
  /** Parts of the URL, without user info, query and fragment. */
  readonly endpoint: Endpoint;
  /** Remote end of the TCP connection. `undefined` if the remote end is unknown, or must not be recorded. */
  readonly peer: Peer | undefined;
  /** Address of the client behind proxies. `undefined` except on servers with the option `recordClientAddress`. */
  readonly clientAddress: string | undefined;
  /** `Origin` header of the handshake. `undefined` except on servers with the option `recordOrigin`. */
  readonly origin: string | undefined;
  /**
   * Close code (WHATWG WebSockets § CloseEvent). If the `close` event had another code, `reportedCode` holds the code
   * of the event.
   */
  readonly code: number;
  /**
   * Name of the close code: the app's name in `closeCodes`, else the registered name, else the name of the code's
   * range.
   */
  readonly name: string;
  /** Kind of ending that the close code means. */
  readonly category: CloseCategory;
  /** Text of the peer's Close frame, after `redactReason`. Empty if there is none. */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** Who closed the connection first. */
  readonly initiator: CloseInitiator;
  /** Cause of the end of the connection. */
  readonly cause: CloseCause;
  /**
   * Whether the close counts as an error, by the default rules and `closeCodes`. The option `isAbnormal` can change
   * this later.
   */
  readonly abnormal: boolean;
  /** Whether the runtime fired no `close` event, so that the record was made from other facts. */
  readonly synthetic: boolean;
  /** Code of the runtime's `close` event, if that code differs from `code`; else `undefined`. */
  readonly reportedCode: number | undefined;
  /** Code that the app passed to `close(code)`. `undefined` if the app passed no code. */
  readonly requestedCode: number | undefined;
  /** Reason that the app passed to `close(code, reason)`, after `redactReason`. Empty if the app passed none. */
  readonly requestedReason: string;
  /**
   * Time of construction, in epoch milliseconds. Equal to `closingTime` if the connection was made before observation
   * began.
   */
  readonly startTime: number;
  /**
   * Time of the first sign of closing, in epoch milliseconds. Equal to `closeTime` if there was no sign before the
   * close.
   */
  readonly closingTime: number;
  /** Time of the close, in epoch milliseconds. */
  readonly closeTime: number;
  /** Whether the connection had opened. */
  readonly handshakeSucceeded: boolean;
  /**
   * Time from construction to open, or to failure, in milliseconds. `undefined` if the connection was made before
   * observation began.
   */
  readonly handshakeDuration: number | undefined;
  /** Time from open to close, in milliseconds. `undefined` if the handshake failed, or if its end was not observed. */
  readonly connectionDuration: number | undefined;
  /**
   * Time for which the device slept or the page was frozen since construction, in milliseconds. `undefined` if none was
   * noticed.
   */
  readonly suspendedDuration: number | undefined;
  /** Negotiated subprotocol (RFC 6455 §1.9), after `redactSubprotocol`. Empty if there is none. */
  readonly subprotocol: string;
  /** Negotiated extensions (RFC 6455 §9). Empty if there are none. */
  readonly extensions: string;
  /** Number of bytes that the app passed to `send` and that never left this end. */
  readonly unsentSize: number;
  /** HTTP status of the response to the handshake. `undefined` if no response was seen, or for status 101. */
  readonly httpStatusCode: number | undefined;
  /** errno or library code of the error that ended the connection. `undefined` if no such code was seen. */
  readonly errorCode: string | undefined;
  /**
   * Number of a client connection among the connections begun since the last one that was open, from 1. `undefined` for
   * the first connection to its origin and path, and on servers.
   */
  readonly reconnectAttempt: number | undefined;
  /** Ids of the span that was active when the connection was made. `undefined` if no span was active. */
  readonly creation: SpanContext | undefined;
  /**
   * Attributes of the close span that no other member of the record has, by the names and in the units of the span.
   * `undefined` if there are none.
   */
  readonly furtherAttributes: Readonly<Attributes> | undefined;
}
