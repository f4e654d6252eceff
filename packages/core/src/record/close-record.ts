import type { SpanContext } from '@opentelemetry/api';
import type { CloseCause, CloseInitiator } from './close-cause.ts';
import type { CloseCategory } from './close-code-table.ts';
import type { Peer } from './close-facts.ts';
import type { Endpoint } from './endpoint.ts';

/** The end of one connection, made exactly once. Times are epoch milliseconds, durations milliseconds. */
export interface CloseRecord {
  readonly kind: 'client' | 'server';
  /** 16 hexadecimal digits; the same at both ends where both run on Node. */
  readonly connectionId: string;
  readonly endpoint: Endpoint;
  /** The remote end of the TCP connection; `undefined` where it is not known, or not to be recorded. */
  readonly peer: Peer | undefined;
  /** Only on servers, and by option. */
  readonly clientAddress: string | undefined;
  /** The `Origin` of the handshake; only on servers, and by option. */
  readonly origin: string | undefined;
  /** As the `close` event gave it (WHATWG WebSockets § CloseEvent), but for what `reportedCode` says. */
  readonly code: number;
  readonly name: string;
  readonly category: CloseCategory;
  /** The peer's text after `redactReason`; empty when there is none. */
  readonly reason: string;
  readonly wasClean: boolean;
  readonly initiator: CloseInitiator;
  readonly cause: CloseCause;
  /** Whether the outcome counts as an error, by default rules and `closeCodes`. */
  readonly abnormal: boolean;
  readonly synthetic: boolean;
  /** The code of the runtime's own `close` event where that is not what came; else `undefined`. */
  readonly reportedCode: number | undefined;
  /** The code of our own `close(code)`; `undefined` without one. */
  readonly requestedCode: number | undefined;
  readonly startTime: number;
  /** First sign of closing. */
  readonly closingTime: number;
  readonly closeTime: number;
  readonly handshakeSucceeded: boolean;
  /** Construction to open, or to failure; `undefined` when that began before observation did. */
  readonly handshakeDuration: number | undefined;
  /** Open to close; `undefined` when the handshake failed, or its end was not observed. */
  readonly connectionDuration: number | undefined;
  /** For which the device slept, or the page was frozen, meanwhile; `undefined` when it was not noticed. */
  readonly suspendedDuration: number | undefined;
  /** Empty when none was negotiated. */
  readonly subprotocol: string;
  readonly extensions: string;
  /** Bytes that the peer never got. */
  readonly unsentSize: number;
  readonly httpStatusCode: number | undefined;
  readonly errorCode: string | undefined;
  /** The span that was active when the connection was made. */
  readonly creation: SpanContext | undefined;
}
