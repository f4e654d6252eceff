/**
 * Makes telemetry of closes: loaded when the first socket is made, so that pages start with less.
 * Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import { diag } from '@opentelemetry/api';
import { guard } from './guard.ts';
import type { WebSocketOptions } from './options.ts';
import { type StartPause, startTimer } from './queue/queue-pause.ts';
import { createRecordQueue } from './queue/record-queue.ts';
import { isMillis, type TimeLimit, waitAtMost } from './queue/wait-at-most.ts';
import type { PendingClose } from './record/close-facts.ts';
import type { QueueMemory } from './record/queue-memory.ts';
import { createDestination } from './telemetry/destination.ts';
import type { CreateLabelLimits } from './telemetry/label-limits.ts';
import { limitLine } from './telemetry/limited-line.ts';
import type { StartPipeline } from './telemetry/pipeline.ts';
import { createRecordWriter } from './telemetry/record-writer.ts';
import { NAME } from './version.ts';

export { randomHex } from './record/random-hex.ts';
export { createOutcomeCounter, type Outcome } from './telemetry/outcome-counter.ts';
export { signalUrl } from './telemetry/signal-url.ts';

/** Makes spans, metrics and hook calls of closes. */
export interface Recording {
  /** Returns whether a record would reach a provider or a hook. When it would not, a close costs this call alone. */
  isWanted(): boolean;
  /** Takes a close; its span is made in a later turn of the event loop. */
  push(closed: PendingClose): void;
  /** Resolves when all closes so far have been exported, when their export has failed, or when the time is up. */
  drain(limit?: TimeLimit): Promise<void>;
  /** Hands all closes to the exporter within this call, for a page that is about to go. */
  flushNow(): void;
  /** Fails the exports of the built-in pipeline that are on their way, and while `isCancelled` those that follow. */
  cancelExports(isCancelled: boolean): unknown;
  /**
   * Drains, then stops the built-in pipeline. Closes that have not arrived after most of the time are dropped.
   * @param limit time for all of that; `false`: no limit
   */
  shutdown(limit: TimeLimit | false): Promise<void>;
}

/** Settings of a recording. */
export interface RecordingSettings {
  /** Options of the user. */
  readonly options: WebSocketOptions;
  /** Called once, when a record has no other provider to go to. */
  readonly startPipeline: StartPipeline;
  /** Closes that came before the recording was loaded; the recording moves them to its queue. */
  readonly waiting: PendingClose[];
  /** Number of earlier closes that found no place in `waiting`. */
  readonly dropped: number;
  /** Number of closes that may wait; beyond it the oldest normal ones lose their spans. */
  readonly capacity: number;
  /** Bounds the memory of the closes that wait. Absent: their number alone is bounded, as in pages. */
  readonly memory?: QueueMemory;
  /** Makes the limits of metric labels. Absent: the first values become labels, as in pages. */
  readonly createLabelLimits?: CreateLabelLimits;
  /** Starts the queue's pauses. Absent: the queue makes none. */
  readonly startPause?: StartPause;
  /** Milliseconds that a shutdown may take. @defaultValue 5000 */
  readonly shutdownMillis?: number | undefined;
  /** Waits for another turn of the event loop. @defaultValue `setImmediate`, or a message channel */
  readonly nextTurn?: () => Promise<void>;
}

/** Share of a shutdown's time that spans may take at least. */
const SPANS_SHARE = 0.6;
/** Milliseconds that spans leave to metrics, unless that is more than the rest. */
const METRICS_MILLIS = 1000;

/** Starts to make telemetry of closes. Nothing throws: an error costs a `diag.error`. */
export function createRecording(settings: RecordingSettings): Recording {
  const { options, startPipeline, waiting, capacity, memory, createLabelLimits, startPause, nextTurn } =
    settings;
  const { shutdownMillis = 5000 } = settings;
  let { dropped } = settings;
  const destination = createDestination(options, startPipeline);
  const writer = createRecordWriter(options, destination, createLabelLimits);
  const { find, write } = writer;
  const queue = createRecordQueue(
    {
      ready: prepare,
      mayWait: () => destination.mayWait,
      write: writeNext,
      wrote,
      awaitRoom: () => destination.flush(true, true),
      flush: () => destination.flush(true),
    },
    waiting.splice(0).map(take),
    startPause,
    nextTurn,
  );
  const tellDropped = limitLine((sum) => diag.error(`${NAME}: ${sum} closes dropped, too many wait`));
  /** Number of closes that wait, as of the last drain. */
  let left = 0;
  const tellLeft = limitLine(() => diag.warn(`${NAME}: ${left} closes wait, nothing arrives`));
  let stopping: Promise<void> | undefined;
  // With closes already queued, the queue calls `prepare` itself.
  if (queue.size() === 0) void prepare(false);

  /** Finds a provider, or starts the built-in pipeline when there is none. */
  async function prepare(retryNow: boolean): Promise<boolean> {
    return (find() || ((await destination.load()) && find())) && (await destination.ready(retryNow));
  }

  /** Counts the closes of a slice, and once those that were dropped before the recording was loaded. */
  function take(closed: PendingClose): PendingClose {
    return memory?.take(closed) ?? closed;
  }

  function writeNext(closed: PendingClose, isLost?: boolean): void {
    memory?.release(closed);
    write(closed, isLost);
  }

  function wrote(): void {
    tellDropped(dropped, queue.size() === 0);
    writer.wrote(dropped);
    dropped = 0;
  }

  /** Drops the spans of some closes, the oldest normal ones first. Metrics and the hook still get these closes. */
  function makeRoom(): number {
    const evicted = queue.evict(writer.isNormal);
    for (const closed of evicted) writeNext(closed, true);
    writer.wrote(evicted.length);
    return evicted.length;
  }

  /** Empties the queue and exports all, metrics last. Logs how many closes wait, since nothing arrives. */
  async function drainAll(): Promise<void> {
    if (!stopping) {
      left = (await queue.drain()) + (await destination.unsent());
      if (!stopping) tellLeft(left);
    }
    await (stopping ?? destination.flush(false));
  }

  async function stop(millis: number | undefined): Promise<void> {
    // The metrics come last, since they count what was lost. Some of the time is theirs.
    const forSpans = millis && Math.max(millis * SPANS_SHARE, millis - METRICS_MILLIS);
    const inTime = await waitFor(queue.drain(), forSpans);
    if (!inTime) await destination.cancelExports(true);
    const lost = queue.size() + (await destination.unsent());
    if (lost > 0) diag.warn(`${NAME}: ${lost} closes lost, ${inTime ? 'nothing arrives' : 'time is up'}`);
    while (queue.size() > 0) makeRoom();
    await destination.shutdown();
  }

  function waitFor(work: Promise<unknown>, millis: number | undefined): Promise<boolean> {
    return waitAtMost(work, millis, startPause ?? startTimer);
  }

  return {
    isWanted: writer.isWanted,
    push(closed) {
      if (queue.size() >= capacity || memory?.isFull()) tellDropped(makeRoom());
      queue.push(take(closed));
    },
    async drain(limit) {
      await waitFor(drainAll(), millisOf(limit));
    },
    flushNow() {
      // Without a provider the closes wait on: the page may stay, or come back.
      if (!find()) return;
      queue.drainNow();
      destination.flushNow();
    },
    cancelExports: destination.cancelExports,
    async shutdown(limit) {
      const millis = limit === false ? undefined : (millisOf(limit) ?? shutdownMillis);
      stopping ??= stop(millis);
      if (!(await waitFor(stopping, millis))) void destination.cancelExports(true);
    },
  };
}

/** Reads a time limit. Anything may have been passed, as by an event that a method of the handle listens to. */
function millisOf(limit: TimeLimit | undefined): number | undefined {
  const timeout: unknown = guard('timeout', () => limit?.timeout);
  if (timeout === undefined || isMillis(timeout)) return timeout;
  diag.warn(`${NAME}: timeout ignored, it is no number of milliseconds`);
  return undefined;
}
