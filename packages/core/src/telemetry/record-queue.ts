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
  /** The back-pressure: resolves when what was written has been exported. */
  flush(): Promise<void>;
}

const SLICE_ITEMS = 64;
const SLICE_MILLIS = 4;
/** A default batch processor holds 2048 spans and sends 512 at a time. */
const FLUSH_ITEMS = 512;

/**
 * Makes a queue that drains in later turns of the event loop, never in the caller's.
 * @param waiting its first items; the queue goes on with this array
 */
export function createRecordQueue<T>(
  { ready, write, flush }: RecordSink<T>,
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
    unflushed += taken;
    // What is written is not held on to.
    if (next === outgoing.length) [outgoing, next] = [[], 0];
  }

  const size = () => incoming.length + outgoing.length - next;

  async function run(): Promise<void> {
    await turn();
    while (size() > 0 && (await ready())) {
      take(SLICE_ITEMS, performance.now() + SLICE_MILLIS);
      if (unflushed >= FLUSH_ITEMS) {
        unflushed = 0;
        await flush();
        pause = startPause();
        if (drains > 0) pause?.keepAlive();
        await pause?.over;
      }
      await turn();
    }
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
    },
    size,
    async drain() {
      drains++;
      pause?.keepAlive();
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

/** Waits for another turn of the event loop. Timers would do, but browsers hold them back in hidden pages. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** A moment in which a process that has nothing else to do may end. */
interface Pause {
  readonly over: Promise<void>;
  /** The process stays for it: somebody waits. */
  keepAlive(): void;
}

/** As it was at load: an app's tests that fake its timers do not stop us. */
const startTimer = globalThis.setTimeout;

/**
 * A collector that hangs must not keep a process alive, flush by flush. A page does not end like that, and its timers
 * may be held back: there is none.
 */
function startPause(): Pause | undefined {
  if (typeof setImmediate !== 'function') return undefined;
  // A number in Deno and workerd.
  let timer: { ref?(): void; unref?(): void } = {};
  const over = new Promise<void>((resolve) => {
    timer = startTimer(resolve, 0);
  });
  timer.unref?.();
  return { over, keepAlive: () => timer.ref?.() };
}
