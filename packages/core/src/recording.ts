import { diag } from '@opentelemetry/api';
import type { WebSocketOptions } from './options.ts';
import type { ClosedConnection } from './record/closed-connection.ts';
import type { StartPipeline } from './telemetry/destination.ts';
import type { StartPause } from './telemetry/pause.ts';
import { createRecordQueue } from './telemetry/record-queue.ts';
import { createRecordWriter } from './telemetry/record-writer.ts';
import { CAPACITY } from './telemetry/recorder.ts';
import { NAME } from './version.ts';

export { createOutcomeCounter, type Outcome } from './telemetry/outcome-counter.ts';

/** Makes telemetry of closes. Its own entry, so that pages load it after they have started. */
export interface Recording {
  /** Whether anybody would notice a record; with nothing to write to, a close costs no more than this look. */
  isWanted(): boolean;
  push(closed: ClosedConnection): void;
  /** Resolves when all closes so far have been exported, or that failed. */
  drain(): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Drains, then stops our own pipeline. */
  shutdown(): Promise<void>;
}

/**
 * Starts to make telemetry; nothing of it throws.
 * @param waiting closes from before, which this takes over
 * @param dropped how many more there were than could be kept
 * @param startPause only where a process may end while closes wait
 */
export function createRecording(
  options: WebSocketOptions,
  startPipeline: StartPipeline,
  waiting: ClosedConnection[],
  dropped: number,
  startPause?: StartPause,
): Recording {
  const writer = createRecordWriter(options, startPipeline);
  const { prepare: ready, mayWait, write, wrote } = writer;
  const queue = createRecordQueue({ ready, mayWait, write, wrote, flush }, waiting, startPause);
  // Closes that wait prepare by themselves.
  if (queue.size() === 0) void writer.prepare(false);

  async function flush(): Promise<void> {
    if (dropped > 0) diag.error(`${NAME}: ${dropped} closes dropped, the queue was full`);
    writer.drop(dropped);
    dropped = 0;
    await writer.flush();
  }

  async function drain(fate: string): Promise<void> {
    await queue.drain();
    const count = queue.size() + (await writer.unsent());
    if (count > 0) diag.warn(`${NAME}: ${count} closes ${fate}, nothing arrives`);
  }

  return {
    isWanted: writer.isWanted,
    push(closed) {
      // The oldest normal ones go first.
      if (queue.size() >= CAPACITY) dropped += queue.evict(writer.isNormal);
      queue.push(closed);
    },
    drain: () => drain('wait'),
    flushNow() {
      // Without a destination closes had better wait: the page may live on, or come back.
      if (!writer.find()) return;
      queue.drainNow();
      writer.flushNow();
    },
    async shutdown() {
      await drain('lost');
      writer.drop(queue.size());
      await writer.shutdown();
    },
  };
}
