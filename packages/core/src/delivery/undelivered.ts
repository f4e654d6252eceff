import { halvesOf } from './pack-items.ts';

/** Spans that did not arrive and wait to be sent again. */
export interface Undelivered<T> {
  /** Adds spans that did not arrive. */
  add(spans: T[]): void;
  /** Notes that a request arrived. A later failure may then be due to the spans, and not to the collector. */
  noteArrival(): void;
  /** Returns the number of waiting spans. */
  size(): number;
  /**
   * Returns whether further spans must wait because nothing arrives. Suspects do not count: spans that fail although
   * others arrive. After a few failed rounds one call returns `false`, so that other spans ask for the collector.
   */
  isAway(): boolean;
  /**
   * Sends the waiting spans again, batch by batch: one round. Begins with a single span, and ends if that span does not
   * arrive. Resolves to `true` if no span is left.
   */
  resend(send: SendAgain<T>): Promise<boolean>;
  /** Removes all waiting spans. Returns their number. */
  clear(): number;
}

/** Sends spans. Resolves to the spans that may arrive later, and to whether the collector takes further requests now. */
type SendAgain<T> = (spans: T[]) => Promise<{ left: T[]; mayGoOn: boolean }>;

/** Spans that were sent in one request and did not arrive. */
interface Batch<T> {
  readonly spans: T[];
  /** Number of requests that had arrived when the batch failed last. */
  readonly arrivals: number;
  /**
   * How often the only span of the batch has failed although others arrived. Absent as long as the collector may be the
   * only cause.
   */
  readonly strikes?: number;
  /** Monotonic time of the last strike, in milliseconds. */
  readonly struckAt?: number;
}

/** Number of failures in a row after which a round ends, because the collector has gone away. */
const MOST_MISSES = 12;
/** Number of strikes after which a span is dropped. */
const MOST_STRIKES = 20;
/** Shortest time between two strikes of a span, in milliseconds. */
const BETWEEN_STRIKES = 4000;
/** Largest number of suspect spans. Above the limit, spans that failed alone are dropped first. */
const MOST_SUSPECTS = 8192;
/** Number of failed rounds in a row after which other spans ask for the collector. */
const PATIENCE = 3;
/** Number of undelivered spans from which on no other spans ask. */
const MOST_ASKING = 4096;

/**
 * Makes an empty collection of undelivered spans. A receiver may fail at the content of a request, and not because it
 * is away: a proxy resets a connection, or a gateway responds with 502. So batches that fail while others arrive are
 * divided, until the spans that cause the failure are alone.
 * @param dropped called with spans that were dropped
 */
export function createUndelivered<T>(dropped: (spans: T[]) => void): Undelivered<T> {
  let batches: Batch<T>[] = [];
  let arrivals = 0;
  let failedRounds = 0;

  const isSuspect = ({ strikes }: Batch<T>) => strikes !== undefined;
  const remove = (batch: Batch<T>) => {
    batches = batches.filter((other) => other !== batch);
  };

  function drop(batch: Batch<T>): void {
    remove(batch);
    dropped(batch.spans);
  }

  /**
   * Keeps spans that failed although others arrive: a single span with a strike, others as two halves. Returns the
   * batch of the single span.
   */
  function suspect(spans: T[], { strikes = 0, struckAt = 0 }: Batch<T>): Batch<T> {
    const [now, isAlone] = [performance.now(), spans.length === 1];
    const isStrike = isAlone && (strikes === 0 || now - struckAt >= BETWEEN_STRIKES);
    const struck: Batch<T> = {
      ...{ spans, arrivals },
      ...(isStrike ? { strikes: strikes + 1, struckAt: now } : { strikes, struckAt }),
    };
    if (isAlone) batches.push(struck);
    else batches.unshift(...halvesOf(spans).map((half) => ({ ...struck, spans: half })));
    if (isStrike && strikes + 1 >= MOST_STRIKES) drop(struck);
    const suspects = batches.filter(isSuspect);
    while (spansIn(suspects) > MOST_SUSPECTS) drop(suspects.pop() as Batch<T>);
    return struck;
  }

  async function resend(send: SendAgain<T>): Promise<boolean> {
    const before = arrivals;
    const tried = new Set<Batch<T>>();
    const next = () =>
      batches.find((batch) => !isSuspect(batch)) ?? batches.find((batch) => !tried.has(batch));
    let misses = 0;
    for (let batch = next(); batch; batch = next()) {
      const isThere = arrivals > Math.min(before, batch.arrivals);
      // A single span asks whether the collector is there.
      const asked = isThere ? batch.spans : batch.spans.slice(0, 1);
      const rest = batch.spans.slice(asked.length);
      const seen = arrivals;
      const { left, mayGoOn } = await send(asked);
      misses = arrivals > seen ? 0 : misses + 1;
      remove(batch);
      if (left.length === 0) {
        if (rest.length > 0) batches.unshift({ ...batch, spans: rest });
      } else if (isThere) {
        tried.add(suspect(left, batch));
        if (!mayGoOn || misses >= MOST_MISSES) return false;
      } else {
        // Another span asks next time, since this one may be the cause.
        batches.push({ ...batch, spans: [...rest, ...left] });
        return false;
      }
    }
    return batches.length === 0;
  }

  return {
    add(spans) {
      batches.unshift({ spans, arrivals });
    },
    noteArrival() {
      arrivals++;
      failedRounds = 0;
    },
    size: () => spansIn(batches),
    isAway() {
      if (batches.every(isSuspect)) return false;
      if (failedRounds < PATIENCE || spansIn(batches) >= MOST_ASKING) return true;
      failedRounds = 0;
      return false;
    },
    async resend(send) {
      const isDone = await resend(send);
      if (!isDone) failedRounds++;
      return isDone;
    },
    clear() {
      const size = spansIn(batches);
      batches = [];
      return size;
    },
  };
}

function spansIn(batches: readonly Batch<unknown>[]): number {
  return batches.reduce((sum, { spans }) => sum + spans.length, 0);
}
