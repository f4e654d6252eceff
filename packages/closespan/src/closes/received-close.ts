import type { CloseExplanation } from '@closespan/core/explain';
import type { ReceivedSpan } from '../otlp/received-span.ts';

/** Span of a close as it arrived, with its explanation. */
export interface ReceivedClose {
  /** Place in the order of arrival, from 1. Stays the number of this close for the life of the process. */
  readonly number: number;
  readonly span: ReceivedSpan;
  readonly explanation: CloseExplanation;
}

/** Outage of a client: the span `websocket.reconnect` as it arrived. */
export interface ReceivedOutage {
  /** Place in the order of arrival, from 1, in one sequence with closes. */
  readonly number: number;
  readonly span: ReceivedSpan;
}
