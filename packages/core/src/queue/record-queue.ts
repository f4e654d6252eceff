import { logFailures } from '../log-failures.ts';
import { now } from '../record/connection.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { nextTurn } from './next-turn.ts';
import type { QueuePause, StartPause } from './queue-pause.ts';

/**
 * Holds closes until they become spans. The queue writes closes in small groups, so that an exporter is not overloaded
 * when many connections end at once.
 */
export interface RecordQueue<T> extends Omit<Backlog<T>, 'shift'> {
  /**
   * Writes and flushes all items in the queue. Resolves to the number of items that are left because the sink (the code
   * that writes items) is not ready.
   */
  drain(): Promise<number>;
  /** Writes all items before the function returns. Meant for a page that is about to be unloaded. */
  drainNow(): void;
}

/** Writes the items of a queue, and exports what was written. */
export interface RecordSink<T> {
  /**
   * Resolves to whether items may be written. If not, the items wait for the next try.
   * @param retryNow if `true`, undelivered spans are first sent again, because a caller waits for the queue
   */
  ready(retryNow: boolean): Promise<boolean>;
  /** Writes one item. Does not throw. */
  write(item: T): void;
  /** Returns whether an item may wait for further items. Writing many items in a row costs less. */
  mayWait(): boolean;
  /** Called once after each slice: a group of items that is written in one turn of the event loop. */
  wrote(): void;
  /** Resolves when there is room for further items. The queue writes no items until then. */
  awaitRoom(): Promise<void>;
  /** Resolves when all written items have been exported. */
  flush(): Promise<void>;
}

/** Largest number of items in a slice, a group of items that is written in one turn of the event loop. */
const SLICE_ITEMS = 64;
/** Longest time for writing a slice, in milliseconds. After this time, the slice ends early. */
const SLICE_MILLIS = 4;
/**
 * Number of items after which the queue waits for room. A default batch processor holds 2048 spans and sends 512 spans
 * at a time.
 */
const FLUSH_ITEMS = 512;
/**
 * Time for which items wait for further items, in milliseconds. Writing many items in a row costs less than writing
 * single items now and then.
 */
const GATHER_MILLIS = 50;
/** Time between two tries to write, in milliseconds, while the sink (the code that writes items) is not ready. */
const RETRY_MILLIS = 5000;

/**
 * Makes a queue that writes its items in later turns of the event loop, not during the call of `push`.
 * @param startPause starts a pause. Absent in pages, where the queue makes no pauses, because browsers delay the timers
 * of hidden pages
 * @param turn waits for another turn of the event loop
 */
export function createRecordQueue<T>(
  { ready, mayWait, write, wrote, awaitRoom, flush }: RecordSink<T>,
  startPause?: StartPause,
  turn = nextTurn,
): RecordQueue<T> {
  const { push, shift, size, evict } = createBacklog<T>();
  let unflushed = 0;
  let running: Promise<void> | undefined;
  let drains = 0;
  let pause: QueuePause | undefined;

  /** Writes up to `limit` items. Stops early when the monotonic time `until`, in milliseconds, has passed. */
  function take(limit: number, until: number): void {
    let taken = 0;
    while (taken < limit && size() > 0) {
      write(shift() as T);
      taken++;
      // A look at the clock costs a tenth of a span.
      if (taken % 8 === 0 && now() > until) break;
    }
    if (taken > 0) wrote();
    unflushed += taken;
  }

  async function run(): Promise<void> {
    for (let isEmptied = true; ; isEmptied = size() === 0) {
      // Without this pause, a busy server would write one item in each turn, and never rest between two turns.
      if (isEmptied && mayWait()) await rest(GATHER_MILLIS);
      await turn();
      // Asked also when the queue is empty: spans that were written before may not have arrived.
      if (!(await isReady()) || size() === 0) return;
      take(SLICE_ITEMS, now() + SLICE_MILLIS);
      if (unflushed >= FLUSH_ITEMS) {
        unflushed = 0;
        await awaitRoom();
        await rest(0);
      }
    }
  }

  /**
   * Resolves to whether the sink (the code that writes items) is ready. If no caller waits for the queue, tries again
   * after each pause.
   */
  async function isReady(): Promise<boolean> {
    for (;;) {
      const isAwaited = drains > 0;
      if (await ready(isAwaited)) return true;
      // Without pauses the next close is the next try.
      if (isAwaited || !startPause) return false;
      await rest(RETRY_MILLIS);
    }
  }

  /**
   * Pauses the queue, so that a process that has nothing else to do may end. Does nothing if a caller waits for the
   * queue.
   */
  async function rest(millis: number): Promise<void> {
    if (drains > 0) return;
    pause = startPause?.(millis);
    await pause?.over;
  }

  function start(): Promise<void> {
    // Nobody else would handle a rejection, and the app would see it.
    running ??= logFailures('queue', run).then(() => {
      running = undefined;
    });
    return running;
  }

  return {
    push(item) {
      push(item);
      if (!running) void start();
      else if (size() === FLUSH_ITEMS) pause?.end();
    },
    size,
    evict,
    async drain() {
      drains++;
      pause?.end();
      await start();
      const left = size();
      unflushed = 0;
      await flush();
      drains--;
      return left;
    },
    drainNow() {
      take(size(), Number.POSITIVE_INFINITY);
    },
  };
}
