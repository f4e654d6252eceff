import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { type Outcomes, REFUSED } from './outcomes.ts';
import { readRows } from './read-rows.ts';
import { closesOf, excessOf, HOLD_MILLIS, isYoung, nextRows, type StoreBounds } from './span-rows.ts';
import type { SpanSender } from './span-sender.ts';
import type { RowKey, SendPause, SpanStore, StoredRow } from './span-store.ts';
import { createTimer } from './timer.ts';

/**
 * Says which rows a send takes. `due`: rows of some age. `ours`: also younger rows of this page. `again`: like `ours`, and
 * also during a back-off, but not during a pause that the receiver asked for.
 */
export type Urgency = 'due' | 'ours' | 'again';

/** Sends the rows of a store, one sender at a time in all pages and workers of an origin. */
export interface Outbox {
  /** Whether the last send failed. */
  readonly failing: boolean;
  /**
   * Sends rows, also those of pages that are gone. Resolves when all of them are sent or have to wait. Never rejects.
   * @param urgency which rows to send; `due` by default
   */
  send(urgency?: Urgency): Promise<void>;
  /** Sends rows that are due in some milliseconds, or earlier. @param millis 2000 by default */
  sendLater(millis?: number): void;
  /** Stops the timer: rows are sent by calls of `send` alone. */
  stop(): void;
}

/** Parts that an outbox works with. */
export interface OutboxOptions {
  readonly store: SpanStore;
  readonly sender: SpanSender;
  /** Name of the Web Lock under which one page or worker of the origin sends. */
  readonly name: string;
  readonly bounds: StoreBounds;
  readonly outcomes: Outcomes;
  /** Rows that this page wrote, by id, without those that are being sent. */
  readonly held: Map<string, StoredRow>;
}

/** Most characters of stored text in one request. */
const REQUEST_SIZE = 512 * 1024;
const FIRST_BACK_OFF_MILLIS = 1000;
const MAX_BACK_OFF_MILLIS = 300_000;
/** Longest pause, whatever a receiver asks for. */
const MAX_PAUSE_MILLIS = 86_400_000;

/** Makes an outbox for the rows of a store. */
export function createOutbox({ store, sender, name, bounds, outcomes, held }: OutboxOptions): Outbox {
  const timer = createTimer(() => void send());
  let failing = false;
  let running = Promise.resolve();

  function send(urgency: Urgency = 'due'): Promise<void> {
    running = running
      .then(() => underLock(name, () => sendReady(urgency)))
      .catch((error) => diag.error(`${NAME}: sending failed`, error));
    return running;
  }

  async function sendReady(urgency: Urgency): Promise<void> {
    const pause = await store.pause();
    const wait = pause ? pause.until - Date.now() : 0;
    // A pause that is still longer was written before the clock was set back.
    const isPaused = wait > 0 && wait <= MAX_PAUSE_MILLIS && (pause?.asked || urgency !== 'again');
    failing = pause !== undefined;
    for (;;) {
      const keys = await trim(await store.keys());
      const ready = keys.filter((key) => !isYoung(key) || (urgency !== 'due' && held.has(key[2])));
      if (ready.length === 0) {
        if (keys.length > 0) timer.wake(HOLD_MILLIS);
        return;
      }
      if (failing && isPaused) {
        outcomes.stored(ready);
        timer.wake(wait);
        return;
      }
      if (!(await sendSome(nextRows(ready, REQUEST_SIZE), pause))) return;
    }
  }

  /** Sends some rows in one request. Resolves to whether the next rows may be sent. */
  async function sendSome(some: readonly RowKey[], pause: SendPause | undefined): Promise<boolean> {
    const ours = some.flatMap(([, , id]) => held.get(id) ?? []);
    for (const [, , id] of some) held.delete(id);
    const { rows, unreadable } = await readRows(store, some);
    const keys = rows.map(({ key }) => key);
    await drop(unreadable, 'they cannot be read');
    if (rows.length === 0) return true;
    const sent = await sender.send(rows.flatMap(({ spans }) => spans));
    failing = sent.outcome === 'failed';
    if (sent.outcome === 'failed') {
      for (const row of ours) held.set(row.key[2], row);
      outcomes.stored(keys);
      await backOff(sent.retryAfter, (pause?.failures ?? 0) + 1);
      return false;
    }
    if (pause) await store.setPause(undefined);
    if (sent.outcome === 'refused') {
      await drop(keys, REFUSED);
    } else {
      await store.change([], keys);
      outcomes.delivered(keys);
    }
    return true;
  }

  async function drop(keys: readonly RowKey[], why: string): Promise<void> {
    if (keys.length === 0) return;
    await store.change([], keys);
    outcomes.lost(closesOf(keys), why);
  }

  async function trim(keys: readonly RowKey[]): Promise<readonly RowKey[]> {
    const excess = new Set(excessOf(keys, bounds));
    await drop([...excess], 'too many or too old to keep');
    const kept = keys.filter((key) => !excess.has(key));
    // Rows of some age are due whoever wrote them, so another page may send them.
    for (const [id, { key }] of held) if (!isYoung(key)) held.delete(id);
    const ids = new Set(kept.map(([, , id]) => id));
    outcomes.retain((id) => ids.has(id) || held.has(id));
    return kept;
  }

  async function backOff(retryAfter: number | undefined, failures: number): Promise<void> {
    // A random time from half to all of 1 s, 2 s, 4 s: pages that failed together do not try again together.
    const backOff = Math.min(FIRST_BACK_OFF_MILLIS * 2 ** (failures - 1), MAX_BACK_OFF_MILLIS);
    const wait = Math.min(retryAfter ?? backOff * (0.5 + Math.random() / 2), MAX_PAUSE_MILLIS);
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
