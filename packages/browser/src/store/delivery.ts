import { guard, listen } from '@closespan/browser/recording';
import type { Outcome } from '@closespan/core/platform';
import { createOutbox } from './outbox.ts';
import { createOutcomes, REFUSED } from './outcomes.ts';
import { outsideZone } from './outside-zone.ts';
import { closesIn, isHeld, type SpanRow, type StoreBounds, toRows } from './span-rows.ts';
import type { Sent, SpanSender } from './span-sender.ts';
import type { RowKey, SpanStore } from './span-store.ts';
import { isError, type StoredSpan } from './stored-spans.ts';

/** Delivers ended spans. Spans are stored first, then sent. Spans that have arrived are removed from the store. */
export interface Delivery {
  /** Adds spans. The spans are stored at once, and are sent about a second later. */
  add(spans: readonly StoredSpan[]): void;
  /**
   * Sends all spans that were added before the call. Resolves when each span is delivered, or is kept because the send
   * failed. Never rejects.
   */
  flush(): Promise<void>;
  /**
   * Sends waiting spans in a request that outlives the page, and stores the spans that do not fit. The send and the
   * write begin before the function returns.
   */
  flushNow(): void;
  /** Sends all waiting spans, then stops the timer and the listener that cause later sends. Never rejects. */
  shutdown(): Promise<void>;
}

/** Parts that a `Delivery` uses. */
export interface DeliveryOptions {
  readonly store: SpanStore;
  readonly sender: SpanSender;
  readonly bounds: StoreBounds;
  /** Counts closes by outcome: stored, replayed or dropped. */
  readonly count: (outcome: Outcome, count: number) => void;
}

/**
 * Makes a `Delivery`, which stores and sends ended spans. First the spans that earlier pages left in the store are
 * sent.
 */
export function createDelivery({ store, sender, bounds, count }: DeliveryOptions): Delivery {
  let fresh: StoredSpan[] = [];
  /** Rows that this page wrote and is not sending now, by id. A row is up to 64 stored spans. */
  const held = new Map<string, SpanRow>();
  const outcomes = createOutcomes(count);
  const outbox = createOutbox({ store, sender, bounds, outcomes, held });
  let writing: Promise<void> | undefined;

  /**
   * Writes new spans into rows of the store, one write after the other. Spans that are added during a write are part of
   * the next write.
   */
  async function write(): Promise<void> {
    await undefined;
    while (fresh.length > 0) {
      const spans = fresh;
      fresh = [];
      const rows = rowsOf(spans);
      for (const row of rows) held.set(row.key[2], row);
      await store.change(rows, []);
    }
    writing = undefined;
    outbox.sendLater();
  }

  /**
   * Makes rows for the store out of spans. Returns no rows if JSON cannot represent a value, such as a bigint that the
   * app's hook has set.
   */
  function rowsOf(spans: readonly StoredSpan[]): SpanRow[] {
    try {
      const rows = toRows(spans);
      for (const { key } of rows) outcomes.written(key);
      return rows;
    } catch (error) {
      outcomes.lost(closesIn(spans), `unwritable: ${error}`);
      return [];
    }
  }

  /** Stores spans and removes rows in one transaction. The transaction begins before the function returns. */
  function keep(spans: readonly StoredSpan[], remove: readonly RowKey[]): void {
    if (spans.length + remove.length === 0) return;
    const rows = rowsOf(spans);
    outcomes.stored(rows.map(({ key }) => key));
    void store.change(rows, remove);
    outbox.sendLater();
  }

  /** Waits for the result of the last request of a page. Stores the spans of the request if the request failed. */
  async function noteSent(sending: Promise<Sent>, spans: readonly StoredSpan[], keys: readonly RowKey[]) {
    const { outcome } = await sending;
    if (outcome === 'delivered') outcomes.delivered(keys);
    else if (outcome === 'refused') outcomes.lost(closesIn(spans), REFUSED);
    else keep(spans, []);
  }

  function flushNow(): void {
    // Other pages may have sent older rows.
    const rows = [...held.values()].filter(isHeld);
    const keys = rows.map(({ key }) => key);
    const waiting = [...rows.flatMap(({ spans }) => spans), ...fresh];
    waiting.sort((a, b) => Number(isError(b)) - Number(isError(a)));
    const isHopeful =
      waiting.length > 0 &&
      !outbox.failing &&
      guard('navigator', () => globalThis.navigator?.onLine) !== false;
    const [taken, sending] = isHopeful ? sender.sendLeaving(waiting) : [0];
    if (sending) {
      // The page may be gone before the response comes. Rows that are sent now are not kept, or they would be sent twice.
      for (const [, , id] of keys) held.delete(id);
      keep(waiting.slice(taken), keys);
      void noteSent(sending, waiting.slice(0, taken), keys);
    } else {
      keep(fresh, []);
      outcomes.stored(keys);
    }
    fresh = [];
  }

  const stopListening = listen(globalThis, { online: () => void outbox.send(true) });
  void outsideZone(() => outbox.send(true));

  async function flush(again?: boolean): Promise<void> {
    await writing;
    await outbox.send(again);
  }

  return {
    add(spans) {
      fresh.push(...spans);
      writing ??= write();
    },
    flush: () => flush(),
    flushNow,
    async shutdown() {
      await flush(true);
      stopListening();
      outbox.stop();
    },
  };
}
