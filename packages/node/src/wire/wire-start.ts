import type { Duplex } from 'node:stream';
import type { CompactConnection } from '../connection/compact-connection.ts';
import type { InvalidPart } from '../connection/invalid-part.ts';
import type { Agreement, ResponseHead } from './response-head.ts';

/** A connection as the first bytes show it. */
export interface WireStart {
  readonly kind: 'client' | 'server';
  readonly url: string;
  readonly stream: Duplex;
  readonly tracked: CompactConnection;
  /** Time of the response with status 101, in monotonic milliseconds. */
  readonly acceptedAt: number;
  /** Reads the response that this end is writing; `undefined` on a client. */
  readonly head: ResponseHead | undefined;
  /** Result of a client's handshake; `undefined` on a server, whose response shows it. */
  readonly agreement: Agreement | undefined;
  /**
   * Part for which a client must refuse the response (RFC 6455 §4.1). A client that does so destroys the stream at once.
   * `undefined` for a valid response, and on a server.
   */
  readonly invalid: InvalidPart | undefined;
}
