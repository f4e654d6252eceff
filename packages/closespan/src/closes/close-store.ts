import { explainClose } from '@closespan/core/explain';
import type { ReceivedPoint } from '../otlp/received-point.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import { boundedSpan } from './bounded-span.ts';
import { createCloseEnds } from './close-ends.ts';
import { createOpenCounts, type OpenConnections } from './open-connections.ts';
import type { ReceivedClose, ReceivedOutage } from './received-close.ts';
import { spanKind } from './span-kind.ts';

export type { OpenConnections } from './open-connections.ts';

/** One change of a store. */
export type StoreEvent =
  | { readonly type: 'close'; readonly close: ReceivedClose }
  | { readonly type: 'outage'; readonly outage: ReceivedOutage }
  /** Metrics arrived: the number of open connections may be another. */
  | { readonly type: 'open' }
  /** Spans that belong to no close arrived, or old closes were forgotten. */
  | { readonly type: 'counts' };

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
  /** Number of spans that are no close and no outage, or have no span id. */
  readonly otherSpans: number;
  /** Returns the close of the other end of the connection, or `undefined` before it arrives. */
  otherEnd(close: ReceivedClose): ReceivedClose | undefined;
  /** Adds spans. A span that is kept already, and that an exporter has sent again, is left out. */
  addSpans(spans: Iterable<ReceivedSpan>): void;
  addPoints(points: Iterable<ReceivedPoint>): void;
  /** Calls a listener after each change. Returns `stop`, a function that removes the listener. */
  onEvent(listener: (event: StoreEvent) => void): () => void;
}

/** Limits of a store. */
export interface StoreLimits {
  /** Largest number of closes and outages together. @defaultValue 10,000 */
  readonly count?: number;
  /** Largest number of bytes of closes and outages together, by an estimate. @defaultValue 64 MiB */
  readonly bytes?: number;
}

/** Close or outage that is kept, with what removes it from the store. */
interface Kept {
  readonly bytes: number;
  readonly id: string;
  readonly forget: () => void;
}

/** Makes an empty store. */
export function createCloseStore({
  count: most = 10_000,
  bytes: mostBytes = 64 * 1024 * 1024,
}: StoreLimits = {}): CloseStore {
  const closes: ReceivedClose[] = [];
  const outages: ReceivedOutage[] = [];
  const kept: Kept[] = [];
  const ids = new Set<string>();
  const ends = createCloseEnds();
  const openCounts = createOpenCounts();
  const listeners = new Set<(event: StoreEvent) => void>();
  let number = 0;
  let bytes = 0;
  let forgotten = 0;
  let otherSpans = 0;

  function emit(event: StoreEvent): void {
    for (const listener of listeners) listener(event);
  }

  function addSpans(spans: Iterable<ReceivedSpan>): void {
    const before = forgotten + otherSpans;
    for (const received of spans) {
      const kind = spanKind(received);
      // Every span has an id. Without the id, nothing could say which of two spans is which.
      if (kind === 'other' || !received.spanId) otherSpans++;
      else addKept(kind, received);
    }
    if (forgotten + otherSpans > before) emit({ type: 'counts' });
  }

  function addKept(kind: 'close' | 'outage', received: ReceivedSpan): void {
    const { span, bytes: size } = boundedSpan(received);
    const id = `${span.traceId} ${span.spanId}`;
    if (ids.has(id)) return;
    number++;
    if (kind === 'close') {
      const close: ReceivedClose = { number, span, explanation: explainClose(span.attributes) };
      closes.push(close);
      ends.add(close);
      keep({ id, bytes: size, forget: forgetClose });
      emit({ type: 'close', close });
      return;
    }
    const outage: ReceivedOutage = { number, span };
    outages.push(outage);
    keep({ id, bytes: size, forget: () => outages.shift() });
    emit({ type: 'outage', outage });
  }

  function forgetClose(): void {
    const oldest = closes.shift();
    if (oldest) ends.remove(oldest);
  }

  function keep(one: Kept): void {
    ids.add(one.id);
    kept.push(one);
    bytes += one.bytes;
    // The newest always stays.
    while (kept.length > most || (bytes > mostBytes && kept.length > 1)) forgetOldest();
  }

  function forgetOldest(): void {
    const oldest = kept.shift();
    if (!oldest) return;
    ids.delete(oldest.id);
    bytes -= oldest.bytes;
    forgotten++;
    oldest.forget();
  }

  return {
    closes,
    outages,
    get open() {
      return openCounts.list();
    },
    get forgotten() {
      return forgotten;
    },
    get otherSpans() {
      return otherSpans;
    },
    otherEnd: ends.otherEnd,
    addSpans,
    addPoints(points) {
      if (openCounts.add(points)) emit({ type: 'open' });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
