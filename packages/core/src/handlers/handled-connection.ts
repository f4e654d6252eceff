import type { MessageTraffic } from '../observe/message-traffic.ts';
import type { CloseFacts } from '../record/close-facts.ts';
import type { Connection } from '../record/connection.ts';

/** Facts about a connection that are known when it opens. */
export type OpenDetails = Pick<CloseFacts, 'kind' | 'url' | 'template' | 'clientAddress' | 'origin'>;

/** A connection whose events the handlers of the app get. */
export interface HandledConnection {
  readonly connection: Connection;
  readonly details: OpenDetails;
  /** Object that the app has for the connection. */
  readonly socket: object;
  /** Messages of the connection. `undefined` if they are not counted from the opening on. */
  readonly traffic: MessageTraffic | undefined;
  /** Whether each message that the app sends is counted. */
  seesSent: boolean;
  /** Limit of silence that the app has set, in seconds. `undefined` if the handlers have no such member. */
  readonly idleTimeout: unknown;
  /** Whether each call that closes this connection has been noted since the opening. */
  seesCalls: boolean;
  /** Number of calls that close this connection and have not returned. */
  ownCalls: number;
  /** Whether this end dropped the connection without a Close frame. */
  isDropped: boolean;
  /** Facts of the last error. `undefined` if there was none. */
  errorFacts: Partial<CloseFacts> | undefined;
}
