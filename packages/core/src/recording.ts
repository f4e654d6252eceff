import { diag } from '@opentelemetry/api';
import type { WebSocketOptions } from './options.ts';
import type { StartPause } from './queue/queue-pause.ts';
import { createRecordQueue } from './queue/record-queue.ts';
import type { PendingClose } from './record/close-facts.ts';
import { CAPACITY } from './recorder.ts';
import type { StartPipeline } from './telemetry/destination.ts';
import { createRecordWriter } from './telemetry/record-writer.ts';
import { NAME } from './version.ts';

export { randomHex } from './record/random-hex.ts';
export { createOutcomeCounter, type Outcome } from './telemetry/outcome-counter.ts';
export { signalUrl } from './telemetry/signal-url.ts';

/** Makes telemetry of closes. Its own entry, so that pages load it after they have started. */
export interface Recording {
  /** Whether anybody would notice a record; with nothing to write to, a close costs no more than this look. */
  isWanted(): boolean;
  push(closed: PendingClose): void;
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
 * @param turn waits for another turn of the event loop
 */
export function createRecording(
  options: WebSocketOptions,
  startPipeline: StartPipeline,
  waiting: PendingClose[],
  dropped: number,
  startPause?: StartPause,
  turn?: () => Promise<void>,
): Recording {
  const writer = createRecordWriter(options, startPipeline);
  const { prepare: ready, mayWait, write } = writer;
  const flush = () => writer.flush(true);
  const queue = createRecordQueue({ ready, mayWait, write, wrote, flush }, waiting, startPause, turn);
  let stopping: Promise<void> | undefined;
  // Closes that wait prepare by themselves.
  if (queue.size() === 0) void writer.prepare(false);

  function wrote(): void {
    if (dropped > 0) tellDropped(dropped);
    writer.wrote(dropped);
    dropped = 0;
  }

  /** Gives up some closes, the oldest normal ones first. Metrics and the hook still get them. */
  function giveUp(): number {
    const lost = queue.evict(writer.isNormal);
    for (const closed of lost) write(closed, true);
    writer.wrote(lost.length);
    return lost.length;
  }

  async function drain(isLast: boolean): Promise<void> {
    const count = (await queue.drain()) + (await writer.unsent());
    if (count > 0 && (isLast || !stopping)) {
      diag.warn(`${NAME}: ${count} closes ${isLast ? 'lost' : 'wait'}, nothing arrives`);
    }
  }

  async function stop(): Promise<void> {
    await drain(true);
    while (queue.size() > 0) giveUp();
    await writer.shutdown();
  }

  return {
    isWanted: writer.isWanted,
    push(closed) {
      if (queue.size() >= CAPACITY) tellDropped(giveUp());
      queue.push(closed);
    },
    async drain() {
      if (!stopping) await drain(false);
      await (stopping ?? writer.flush(false));
    },
    flushNow() {
      // Without a destination closes had better wait: the page may live on, or come back.
      if (!writer.find()) return;
      queue.drainNow();
      writer.flushNow();
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
