import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { type Outcomes, REFUSED } from './outcomes.ts';
import { readRows } from './read-rows.ts';
import { closesOf, excessOf, HOLD_MILLIS, isYoung, nextRows, type StoreBounds } from './span-rows.ts';
import type { SpanSender } from './span-sender.ts';
import type { RowKey, SendPause, SpanStore, StoredRow } from './span-store.ts';
import { createTimer } from './timer.ts';

/**
 * Selects the stored rows that a send includes. `due`: rows older than 2 seconds. `ours`: also younger rows that this
 * page wrote. `again`: like `ours`, but also while sending waits after a failure. The receiver's `Retry-After` still
 * holds.
 */
export type Urgency = 'due' | 'ours' | 'again';

/** Sends the stored rows of spans. Only one page or worker of an origin sends at a time. */
export interface Outbox {
  /** Whether the last send failed. */
  readonly failing: boolean;
  /**
   * Sends stored rows, including rows that closed pages left. Resolves when all selected rows are sent or have to wait.
   * Never rejects.
   * @param urgency selects the rows to send; `due` by default
   */
  send(urgency?: Urgency): Promise<void>;
  /**
   * Sends rows older than 2 seconds after a wait. An earlier send that is already planned stays.
   * @param millis wait in milliseconds; 2000 by default
   */
  sendLater(millis?: number): void;
  /** Stops the timer. From then on only calls of `send` send rows, or start the timer again. */
  stop(): void;
}

/** Parts that an `Outbox` uses. */
export interface OutboxOptions {
  readonly store: SpanStore;
  readonly sender: SpanSender;
  /** Name of the Web Lock. Only the page or worker that holds the lock sends, so one of the origin sends at a time. */
  readonly name: string;
  readonly bounds: StoreBounds;
  readonly outcomes: Outcomes;
  /** Rows that this page wrote and is not sending now, by id. A row is up to 64 stored spans. */
  readonly held: Map<string, StoredRow>;
}

/** Most characters of stored text in one request. */
const REQUEST_SIZE = 512 * 1024;
const FIRST_BACK_OFF_MILLIS = 1000;
/** Longest pause in sending, in milliseconds. A longer `Retry-After` of the receiver is shortened. */
const MAX_PAUSE_MILLIS = 300_000;

/** Makes an `Outbox`, which sends the rows of a store. */
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

  /**
   * Sends rows in one request. Resolves to `false` if the request failed, so that the next rows have to wait; otherwise
   * to `true`.
   */
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
    const backOff = Math.min(FIRST_BACK_OFF_MILLIS * 2 ** (failures - 1), MAX_PAUSE_MILLIS);
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
