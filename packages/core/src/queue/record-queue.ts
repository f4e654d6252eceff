import { type Backlog, createBacklog } from './backlog.ts';
import { nextTurn } from './next-turn.ts';
import type { QueuePause, StartPause } from './queue-pause.ts';

/** Holds closes until they become spans, in slices that an exporter keeps up with even when many end at once. */
export interface RecordQueue<T> extends Omit<Backlog<T>, 'shift'> {
  /**
   * Writes and flushes all items so far. Resolves to the number of items left, since the sink is not ready for them.
   */
  drain(): Promise<number>;
  /** Writes all items within this call, for a page that is about to go. */
  drainNow(): void;
}

/** Writes the items of a queue. */
export interface RecordSink<T> {
  /**
   * Resolves to whether items may be written; while not, they wait for the next try.
   * @param retryNow whether undelivered spans are sent again first, since somebody waits for the queue
   */
  ready(retryNow: boolean): Promise<boolean>;
  /** Writes one item. Does not throw. */
  write(item: T): void;
  /** Returns whether items may wait for each other, since many in a row cost less. */
  mayWait(): boolean;
  /** Called once after each slice of writes. */
  wrote(): void;
  /** Resolves when there is room for further items; the queue writes no more until then. */
  awaitRoom(): Promise<void>;
  /** Resolves when all written items have been exported. */
  flush(): Promise<void>;
}

/** Items of one slice, which is written within one turn of the event loop. */
const SLICE_ITEMS = 64;
/** Milliseconds after which a slice ends early. */
const SLICE_MILLIS = 4;
/**
 * Items after which the queue waits for a flush: a default batch processor holds 2048 spans and sends 512 at a time.
 */
const FLUSH_ITEMS = 512;
/** Milliseconds for which items wait for each other, since writing many in a row costs less than one now and then. */
const GATHER_MILLIS = 50;
/** Milliseconds between tries while the sink is not ready. */
const RETRY_MILLIS = 5000;

/**
 * Makes a queue that writes its items in later turns of the event loop, never in the caller's.
 * @param waiting first items; the queue keeps this array and changes it
 * @param startPause absent in pages: a browser delays the timers of hidden pages, and so the queue makes no pauses
 * @param turn waits for another turn of the event loop
 */
export function createRecordQueue<T>(
  { ready, mayWait, write, wrote, awaitRoom, flush }: RecordSink<T>,
  waiting: T[],
  startPause?: StartPause,
  turn = nextTurn,
): RecordQueue<T> {
  const { push, shift, size, evict } = createBacklog(waiting);
  let unflushed = 0;
  let running: Promise<void> | undefined;
  let drains = 0;
  let pause: QueuePause | undefined;

  /** Writes up to `limit` items, until the monotonic time `until`. */
  function take(limit: number, until: number): void {
    let taken = 0;
    while (taken < limit && size() > 0) {
      write(shift() as T);
      taken++;
      // A look at the clock costs a tenth of a span.
      if (taken % 8 === 0 && performance.now() > until) break;
    }
    if (taken > 0) wrote();
    unflushed += taken;
  }

  async function run(): Promise<void> {
    if (mayWait()) await rest(GATHER_MILLIS);
    await turn();
    // Asked also when the queue is empty: spans that were written before may not have arrived.
    while ((await isReady()) && size() > 0) {
      take(SLICE_ITEMS, performance.now() + SLICE_MILLIS);
      if (unflushed >= FLUSH_ITEMS) {
        unflushed = 0;
        await awaitRoom();
        await rest(0);
      }
      await turn();
    }
  }

  /** Resolves to whether the sink is ready. While nobody waits, tries again after each pause. */
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
   * Pauses, so that a process that has nothing else to do may end. Makes no pause while somebody waits for the queue.
   */
  async function rest(millis: number): Promise<void> {
    if (drains > 0) return;
    pause = startPause?.(millis);
    await pause?.over;
  }

  function start(): Promise<void> {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  }

  if (size() > 0) void start();
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
