import { type Pause, startPause } from './pause.ts';
import { turn } from './turn.ts';

/** Closes wait here; a storm of them becomes spans in slices that an exporter keeps up with. */
export interface RecordQueue<T> {
  push(item: T): void;
  /** Items that wait. */
  size(): number;
  /** Resolves when all items so far are worked off and flushed. */
  drain(): Promise<void>;
  /** Works off all items at once, for a page that is about to go. */
  drainNow(): void;
}

/** What works the queue off. */
export interface RecordSink<T> {
  /** Resolves to false while there is nowhere to go; items then wait for the next try. */
  ready(): Promise<boolean>;
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

/**
 * Makes a queue that drains in later turns of the event loop, never in the caller's.
 * @param waiting its first items; the queue goes on with this array
 */
export function createRecordQueue<T>(
  { ready, mayWait, write, wrote, flush }: RecordSink<T>,
  waiting: T[] = [],
): RecordQueue<T> {
  let incoming = waiting;
  let outgoing: T[] = [];
  let next = 0;
  let unflushed = 0;
  let running: Promise<void> | undefined;
  let drains = 0;
  let pause: Pause | undefined;

  function take(limit: number, until: number): void {
    let taken = 0;
    while (taken < limit) {
      if (next === outgoing.length) {
        [outgoing, incoming, next] = [incoming, [], 0];
        if (outgoing.length === 0) break;
      }
      write(outgoing[next++] as T);
      taken++;
      // A look at the clock costs a tenth of a span.
      if (taken % 8 === 0 && performance.now() > until) break;
    }
    if (taken > 0) wrote();
    unflushed += taken;
    // What is written is not held on to.
    if (next === outgoing.length) [outgoing, next] = [[], 0];
  }

  const size = () => incoming.length + outgoing.length - next;

  async function run(): Promise<void> {
    if (mayWait()) await rest(GATHER_MILLIS);
    await turn();
    while (size() > 0 && (await ready())) {
      take(SLICE_ITEMS, performance.now() + SLICE_MILLIS);
      if (unflushed >= FLUSH_ITEMS) {
        unflushed = 0;
        await flush();
        await rest(0);
      }
      await turn();
    }
  }

  /** A moment in which a process that has nothing else to do may end; not while somebody waits for us. */
  async function rest(millis: number): Promise<void> {
    if (drains > 0) return;
    pause = startPause(millis);
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
      incoming.push(item);
      if (!running) void start();
      else if (incoming.length === FLUSH_ITEMS) pause?.end();
    },
    size,
    async drain() {
      drains++;
      pause?.end();
      await start();
      unflushed = 0;
      await flush();
      drains--;
    },
    drainNow() {
      take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    },
  };
}
