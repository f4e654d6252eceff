import { NAME } from '@closespan/core';
import { diag } from '@opentelemetry/api';
import { type Outcomes, REFUSED } from './outcomes.ts';
import { closesOf, excessOf, HOLD_MILLIS, isYoung, nextRows, type StoreBounds } from './span-rows.ts';
import type { SpanSender } from './span-sender.ts';
import type { Pause, Row, RowKey, SpanStore } from './span-store.ts';
import { parseSpans } from './stored-spans.ts';
import { createTimer } from './timer.ts';

/** Sends the rows of a store, one sender at a time in all pages and workers of an origin. */
export interface Outbox {
  /** Whether the last send failed. */
  readonly failing: boolean;
  /**
   * Sends what is ready: rows of some age, which includes those of pages that are gone.
   * @param now sends ours too, and does not wait for a back-off, but for what the receiver asked for
   * @returns resolves when all is sent, or has to wait; does not reject
   */
  send(now?: boolean): Promise<void>;
  /** Sends in some milliseconds, or earlier. */
  sendLater(millis?: number): void;
  /** Sends no more by itself. */
  stop(): void;
}

/** What an outbox works with. */
export interface OutboxOptions {
  readonly store: SpanStore;
  readonly sender: SpanSender;
  /** Name of the Web Lock of the sender. */
  readonly name: string;
  readonly bounds: StoreBounds;
  readonly outcomes: Outcomes;
  /** Rows of ours by id, but for those that are being sent. */
  readonly held: Map<string, Row>;
}

/** Of one request, in characters of the stored text. */
const REQUEST_SIZE = 512 * 1024;
const FIRST_BACK_OFF_MILLIS = 1000;
const MAX_BACK_OFF_MILLIS = 300_000;
/** No pause is longer, whatever a receiver asks for, or a clock that was set back makes of it. */
const MAX_PAUSE_MILLIS = 86_400_000;

/** Makes an outbox. */
export function createOutbox({ store, sender, name, bounds, outcomes, held }: OutboxOptions): Outbox {
  const timer = createTimer(() => void send());
  let failing = false;
  let running = Promise.resolve();

  function send(now = false): Promise<void> {
    running = running
      .then(() => underLock(name, () => sendReady(now)))
      .catch((error) => diag.error(`${NAME}: sending failed`, error));
    return running;
  }

  async function sendReady(now: boolean): Promise<void> {
    const pause = await store.pause();
    const wait = pause ? Math.min(pause.until - Date.now(), MAX_PAUSE_MILLIS) : 0;
    failing = pause !== undefined;
    for (;;) {
      const keys = await trim(await store.keys());
      const ready = keys.filter((key) => (now && held.has(key[2])) || !isYoung(key));
      if (ready.length === 0) {
        if (keys.length > 0) timer.wake(HOLD_MILLIS);
        return;
      }
      if (wait > 0 && failing && (pause?.asked || !now)) {
        outcomes.stored(ready);
        timer.wake(wait);
        return;
      }
      if (!(await sendSome(nextRows(ready, REQUEST_SIZE), pause))) return;
    }
  }

  /** @returns whether to go on */
  async function sendSome(keys: readonly RowKey[], pause: Pause | undefined): Promise<boolean> {
    const ours = keys.flatMap(([, , id]) => held.get(id) ?? []);
    for (const [, , id] of keys) held.delete(id);
    const spans = (await store.read(keys)).flatMap(parseSpans);
    const sent = await sender.send(spans);
    failing = sent.outcome === 'failed';
    if (sent.outcome === 'failed') {
      for (const row of ours) held.set(row.key[2], row);
      outcomes.stored(keys);
      await backOff(sent.retryAfter, (pause?.failures ?? 0) + 1);
      return false;
    }
    await store.change([], keys);
    if (pause) await store.setPause(undefined);
    if (sent.outcome === 'delivered') outcomes.delivered(keys);
    else outcomes.lost(closesOf(keys), REFUSED);
    return true;
  }

  async function trim(keys: readonly RowKey[]): Promise<readonly RowKey[]> {
    const excess = new Set(excessOf(keys, bounds));
    if (excess.size > 0) {
      await store.change([], [...excess]);
      outcomes.lost(closesOf([...excess]), 'too many or too old to keep');
    }
    const kept = keys.filter((key) => !excess.has(key));
    forgetOthers(new Set(kept.map(([, , id]) => id)));
    return kept;
  }

  /** Rows of ours that another page has sent, or that are dropped. */
  function forgetOthers(kept: ReadonlySet<string>): void {
    for (const [id, { key }] of held) {
      if (kept.has(id) || isYoung(key)) continue;
      held.delete(id);
      outcomes.forget(id);
    }
  }

  async function backOff(retryAfter: number | undefined, failures: number): Promise<void> {
    // From half to all of 1 s, 2 s, 4 s, so that pages which failed together do not come back together.
    const backOff = Math.min(FIRST_BACK_OFF_MILLIS * 2 ** (failures - 1), MAX_BACK_OFF_MILLIS);
    const wait = retryAfter ?? backOff * (0.5 + Math.random() / 2);
    await store.setPause({ until: Date.now() + wait, failures, asked: retryAfter !== undefined });
    timer.wake(wait);
  }

  return {
    get failing() {
      return failing;
    },
    send,
    sendLater: (millis = HOLD_MILLIS) => timer.wake(millis),
    stop: timer.stop,
  };
}

async function underLock(name: string, run: () => Promise<void>): Promise<void> {
  const { locks } = globalThis.navigator ?? {};
  await (locks ? locks.request(name, run) : run());
}
