import { type Backlog, createBacklog } from './backlog.ts';
import { nextTurn } from './next-turn.ts';
import type { QueuePause, StartPause } from './queue-pause.ts';

/** Closes wait here; a storm of them becomes spans in slices that an exporter keeps up with. */
export interface RecordQueue<T> extends Omit<Backlog<T>, 'shift'> {
  /** Resolves when all items so far are worked off and flushed, to how many are not, since there is nowhere to go. */
  drain(): Promise<number>;
  /** Works off all items at once, for a page that is about to go. */
  drainNow(): void;
}

/** What works the queue off. */
export interface RecordSink<T> {
  /**
   * Resolves to false while there is nowhere to go; items then wait for the next try.
   * @param retryNow whether somebody waits for it
   */
  ready(retryNow: boolean): Promise<boolean>;
  write(item: T): void;
  /** Whether items may wait for each other. */
  mayWait(): boolean;
  /** Called after each slice of writes. */
  wrote(): void;
  /** The back-pressure: resolves when what was written has been exported. */
  flush(): Promise<void>;
}

const SLICE_ITEMS = 64;
const SLICE_MILLIS = 4;
/** A default batch processor holds 2048 spans and sends 512 at a time. */
const FLUSH_ITEMS = 512;
/** To write many in a row costs less than one now and then. */
const GATHER_MILLIS = 50;
const RETRY_MILLIS = 5000;

/**
 * Makes a queue that drains in later turns of the event loop, never in the caller's.
 * @param waiting its first items; the queue goes on with this array
 * @param startPause absent where timers are held back, as in hidden pages, and nothing ends by itself: there is no pause
 */
export function createRecordQueue<T>(
  { ready, mayWait, write, wrote, flush }: RecordSink<T>,
  waiting: T[],
  startPause?: StartPause,
  turn = nextTurn,
): RecordQueue<T> {
  const { push, shift, size, evict } = createBacklog(waiting);
  let unflushed = 0;
  let running: Promise<void> | undefined;
  let drains = 0;
  let pause: QueuePause | undefined;

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
    // Asked for the sake of what has been taken, too: it may not have arrived.
    while ((await isReady()) && size() > 0) {
      take(SLICE_ITEMS, performance.now() + SLICE_MILLIS);
      if (unflushed >= FLUSH_ITEMS) {
        unflushed = 0;
        await flush();
        await rest(0);
      }
      await turn();
    }
  }

  async function isReady(): Promise<boolean> {
    for (;;) {
      const isAwaited = drains > 0;
      if (await ready(isAwaited)) return true;
      // Without pauses the next close is the next try.
      if (isAwaited || !startPause) return false;
      await rest(RETRY_MILLIS);
    }
  }

  /** A moment in which a process that has nothing else to do may end; not while somebody waits for us. */
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
