import { diag, NAME, now } from '@closespan/browser/recording';
import { type Outcomes, REFUSED } from './outcomes.ts';
import { readRows } from './read-rows.ts';
import {
  closesOf,
  excessOf,
  HOLD_MILLIS,
  isHeld,
  nextRows,
  type SpanRow,
  type StoreBounds,
} from './span-rows.ts';
import type { SpanSender } from './span-sender.ts';
import type { RowKey, SendPause, SpanStore } from './span-store.ts';
import { createTimer } from './timer.ts';

/** Sends the stored rows of spans. Only one page or worker of an origin sends at a time. */
export interface Outbox {
  /** Whether the last send failed. */
  readonly failing: boolean;
  /**
   * Sends the rows that this page wrote, and rows of other pages that are older than 2 seconds, also those that closed
   * pages left. Resolves when all of these rows are sent or have to wait. Never rejects.
   * @param again `true` also sends while sending waits after a failure. The receiver's `Retry-After` still holds
   */
  send(again?: boolean): Promise<void>;
  /** Sends a second later. An earlier send that is already planned stays. */
  sendLater(): void;
  /** Stops the timer. From then on only calls of `send` send rows, or start the timer again. */
  stop(): void;
}

/** Parts that an `Outbox` uses. */
export interface OutboxOptions {
  readonly store: SpanStore;
  readonly sender: SpanSender;
  readonly bounds: StoreBounds;
  readonly outcomes: Outcomes;
  /** Rows that this page wrote and is not sending now, by id. A row is up to 64 stored spans. */
  readonly held: Map<string, SpanRow>;
}

/** Most characters of stored text in one request. */
const REQUEST_SIZE = 512 * 1024;
/** Time for which a row waits for others, in milliseconds. */
const DELAY_MILLIS = 1000;
const FIRST_BACK_OFF_MILLIS = 1000;
/** Longest pause in sending, in milliseconds. A longer `Retry-After` of the receiver is shortened. */
const MAX_PAUSE_MILLIS = 300_000;

/** Makes an `Outbox`, which sends the rows of a store. */
export function createOutbox({ store, sender, bounds, outcomes, held }: OutboxOptions): Outbox {
  const timer = createTimer(() => void send());
  /** Times at which rows were written, in monotonic milliseconds of this page, by id. */
  const writtenAt = new Map<string, number>();
  /** Milliseconds by which the wall clock was ahead of the monotonic clock. */
  const wallAhead = Date.now() - now();
  let failing = false;
  let running = Promise.resolve();

  function send(again?: boolean): Promise<void> {
    running = running.then(async () => {
      for (let more = true; more; ) {
        // One request at a time, so that other pages need not wait for all.
        await store.alone(async () => {
          more = await sendNext(again).catch((error) => {
            diag.error(`${NAME}: sending failed`, error);
            return false;
          });
        });
      }
    });
    return running;
  }

  /** Sends the next rows in one request. Resolves to whether there may be more to send now. */
  async function sendNext(again: boolean | undefined): Promise<boolean> {
    const pause = await store.pause();
    failing = pause !== undefined;
    const keys = await store.keys();
    const ready = keys.filter((key) => ageOf(key) >= HOLD_MILLIS || held.has(key[2]));
    retain(keys);
    if (ready.length === 0) {
      if (keys.length > 0) timer.wake(HOLD_MILLIS);
      return false;
    }
    const wait = pause && (pause.asked || !again) ? waitOf(pause) : 0;
    if (wait > 0) {
      outcomes.stored(ready);
      timer.wake(wait);
    } else if (await sendSome(nextRows(ready, REQUEST_SIZE), pause)) {
      return true;
    }
    // Not sooner: rows that seem too old may come from a clock that was wrong.
    await drop(excessOf(keys, bounds, ageOf), 'too many or too old');
    return false;
  }

  /**
   * Returns the milliseconds since a row was written. The wall clock counts once, and may be wrong then: it makes no row
   * older that this page wrote, and a row from the future is new.
   */
  function ageOf([, time, id]: RowKey): number {
    const age = Math.min(Date.now(), wallAhead + now()) - time;
    const at = writtenAt.get(id) ?? held.get(id)?.writtenAt ?? now() - (Math.max(age, 0) || 0);
    writtenAt.set(id, at);
    return now() - at;
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
    await drop(unreadable, 'damaged');
    if (rows.length === 0) {
      // A row without a text would be read again for ever.
      await store.change([], some);
      return true;
    }
    const sent = await sender.send(rows.flatMap(({ spans }) => spans));
    failing = sent.outcome === 'failed';
    if (sent.outcome === 'failed') {
      for (const row of ours) held.set(row.key[2], row);
      outcomes.stored(keys);
      await backOff(sent.retryAfter, Math.max(Number(pause?.failures) || 0, 0) + 1);
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

  /** Forgets rows that the store no longer has, and lets other pages send rows of some age. */
  function retain(keys: readonly RowKey[]): void {
    const ids = new Set(keys.map(([, , id]) => id));
    for (const [id, row] of held) if (!isHeld(row)) held.delete(id);
    for (const id of writtenAt.keys()) if (!ids.has(id)) writtenAt.delete(id);
    outcomes.retain((id) => ids.has(id) || held.has(id));
  }

  async function backOff(retryAfter: number | undefined, failures: number): Promise<void> {
    // A random time from half to all of 1 s, 2 s, 4 s: pages that failed together do not try again together.
    const backOff = Math.min(FIRST_BACK_OFF_MILLIS * 2 ** (failures - 1), MAX_PAUSE_MILLIS);
    const millis = Math.min(retryAfter ?? backOff * (0.5 + Math.random() / 2), MAX_PAUSE_MILLIS);
    await store.setPause({ since: Date.now(), millis, failures, asked: retryAfter !== undefined });
    timer.wake(millis);
  }

  return {
    get failing() {
      return failing;
    },
    send,
    sendLater: () => timer.wake(DELAY_MILLIS),
    stop: timer.stop,
  };
}

/**
 * Returns the milliseconds until a pause ends, 0 or less if the pause has ended. A pause also ends when the clock is set
 * back to before the pause began. Another script of the origin may have written the pause, with values of any type.
 */
function waitOf({ since, millis }: SendPause): number {
  const age = Date.now() - Number(since);
  return age < 0 ? 0 : Math.min(Number(millis), MAX_PAUSE_MILLIS) - age;
}
