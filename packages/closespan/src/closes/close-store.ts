import type { ReceivedPoint } from '../otlp/received-point.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import type { ReceivedClose, ReceivedOutage } from './received-close.ts';

/** One change of a store. */
export type StoreEvent =
  | { readonly type: 'close'; readonly close: ReceivedClose }
  | { readonly type: 'outage'; readonly outage: ReceivedOutage }
  /** Metrics arrived: the number of open connections may be another. */
  | { readonly type: 'open' }
  /** Spans that belong to no close arrived, or old closes were forgotten. */
  | { readonly type: 'counts' };

/** Open connections of one service at one end and endpoint, as the newest metrics count them. */
export interface OpenConnections {
  readonly service: string;
  readonly side: 'client' | 'server';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/**
 * Keeps what a receiver got: closes, outages and counts of open connections. Bounded in number and bytes; the oldest
 * closes are forgotten first.
 */
export interface CloseStore {
  /** Closes that are kept, in the order of arrival. */
  readonly closes: readonly ReceivedClose[];
  /** Outages that are kept, in the order of arrival. */
  readonly outages: readonly ReceivedOutage[];
  /** Open connections by the newest metrics. Empty before the first metrics. */
  readonly open: readonly OpenConnections[];
  /** Number of closes and outages that were forgotten. */
  readonly forgotten: number;
  /** Number of spans that are no close and no outage. */
  readonly otherSpans: number;
  /** Returns the close of the other end of the connection, or `undefined` before it arrives. */
  otherEnd(close: ReceivedClose): ReceivedClose | undefined;
  addSpans(spans: Iterable<ReceivedSpan>): void;
  addPoints(points: Iterable<ReceivedPoint>): void;
  /** Calls a listener after each change. Returns `stop`, a function that removes the listener. */
  onEvent(listener: (event: StoreEvent) => void): () => void;
}
