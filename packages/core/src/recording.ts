/**
 * Makes telemetry of closes: loaded when the first socket is made, so that pages start with less.
 * Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import { diag } from '@opentelemetry/api';
import type { WebSocketOptions } from './options.ts';
import type { StartPause } from './queue/queue-pause.ts';
import { createRecordQueue } from './queue/record-queue.ts';
import type { PendingClose } from './record/close-facts.ts';
import { createDestination } from './telemetry/destination.ts';
import type { CreateLabelLimits } from './telemetry/label-limits.ts';
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
  /** Resolves when all closes so far have been exported, or when their export has failed. */
  drain(): Promise<void>;
  /** Hands all closes to the exporter within this call, for a page that is about to go. */
  flushNow(): void;
  /** Drains, then stops the built-in pipeline. */
  shutdown(): Promise<void>;
}

/** Bounds the memory of the closes that wait. */
export interface QueueMemory {
  /** Bytes that all of them may take; beyond it the oldest normal ones lose their spans. */
  readonly capacity: number;
  /** Estimates the bytes of a close. */
  bytesOf(closed: PendingClose): number;
  /** Returns a close whose texts are short enough to wait. */
  limit(closed: PendingClose): PendingClose;
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
  /** Waits for another turn of the event loop. @defaultValue `setImmediate`, or a message channel */
  readonly nextTurn?: () => Promise<void>;
}

/** Starts to make telemetry of closes. Nothing throws: an error costs a `diag.error`. */
export function createRecording(settings: RecordingSettings): Recording {
  const { options, startPipeline, waiting, capacity, memory, createLabelLimits, startPause, nextTurn } =
    settings;
  let { dropped } = settings;
  const destination = createDestination(options, startPipeline);
  const writer = createRecordWriter(options, destination, createLabelLimits);
  const { find, write } = writer;
  const queue = createRecordQueue(
    {
      ready: prepare,
      mayWait: () => destination.mayWait,
      weigh: memory?.bytesOf,
      write,
      wrote,
      flush: () => destination.flush(true),
    },
    waiting.splice(0).map((closed) => memory?.limit(closed) ?? closed),
    startPause,
    nextTurn,
  );
  let stopping: Promise<void> | undefined;
  // With closes already queued, the queue calls `prepare` itself.
  if (queue.size() === 0) void prepare(false);

  /** Finds a provider, or starts the built-in pipeline when there is none. */
  async function prepare(retryNow: boolean): Promise<boolean> {
    return (find() || ((await destination.load()) && find())) && (await destination.ready(retryNow));
  }

  /** Counts the closes of a slice, and once those that were dropped before the recording was loaded. */
  function wrote(): void {
    if (dropped > 0) tellDropped(dropped);
    writer.wrote(dropped);
    dropped = 0;
  }

  /** Drops the spans of some closes, the oldest normal ones first. Metrics and the hook still get these closes. */
  function makeRoom(): number {
    const evicted = queue.evict(writer.isNormal);
    for (const closed of evicted) write(closed, true);
    writer.wrote(evicted.length);
    return evicted.length;
  }

  /** Empties the queue. Logs how many closes wait, or with `isLast` are lost, since nothing arrives. */
  async function drain(isLast: boolean): Promise<void> {
    const count = (await queue.drain()) + (await destination.unsent());
    if (count > 0 && (isLast || !stopping)) {
      diag.warn(`${NAME}: ${count} closes ${isLast ? 'lost' : 'wait'}, nothing arrives`);
    }
  }

  async function stop(): Promise<void> {
    await drain(true);
    while (queue.size() > 0) makeRoom();
    await destination.shutdown();
  }

  return {
    isWanted: writer.isWanted,
    push(closed) {
      if (queue.size() >= capacity || (memory && queue.weight() >= memory.capacity)) tellDropped(makeRoom());
      queue.push(memory?.limit(closed) ?? closed);
    },
    async drain() {
      if (!stopping) await drain(false);
      await (stopping ?? destination.flush(false));
    },
    flushNow() {
      // Without a provider the closes wait on: the page may stay, or come back.
      if (!find()) return;
      queue.drainNow();
      destination.flushNow();
    },
    shutdown() {
      stopping ??= stop();
      return stopping;
    },
  };
}

function tellDropped(count: number): void {
  diag.error(`${NAME}: ${count} closes dropped, too many wait`);
}
