import { diag } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import { type ClosedConnection, type CloseFacts, closeConnection } from '../record/closed-connection.ts';
import type { Connection } from '../record/connection.ts';
import type { RecordWriter } from '../recording.ts';
import { NAME } from '../version.ts';
import type { StartPipeline } from './destination.ts';
import { createRecordQueue } from './record-queue.ts';

/** Turns closed connections into spans, metrics and hook calls, in later turns of the event loop. */
export interface Recorder {
  /** Takes the end of a connection; call it once a connection. */
  record(connection: Connection, facts: CloseFacts): void;
  /** Loads our own pipeline if it will be needed, since a page that is about to go cannot. */
  prepare(): void;
  /** Resolves when all closes so far have been exported. */
  forceFlush(): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Flushes, then stops our own pipeline; a provider of the user's goes on. */
  shutdown(): Promise<void>;
}

/**
 * Makes a recorder. It holds closes until what makes telemetry of them is loaded, which is not needed to start a page.
 * @param startPipeline called once, when a record has no other provider to go to
 */
export function createRecorder(options: WebSocketOptions, startPipeline: StartPipeline): Recorder {
  let writer: RecordWriter | undefined;
  let dropped = 0;
  const queue = createRecordQueue<ClosedConnection>({
    ready: prepare,
    write: (closed) => writer?.write(closed),
    flush,
  });

  async function prepare(): Promise<boolean> {
    try {
      if (!writer) {
        const { createRecordWriter } = await import('@closespan/core/recording');
        writer ??= createRecordWriter(options, startPipeline);
      }
      return await writer.prepare();
    } catch (error) {
      diag.error(`${NAME}: not loaded, closes wait for the next try`, error);
      return false;
    }
  }

  async function flush(): Promise<void> {
    if (dropped > 0) writer?.drop(dropped);
    if (writer) dropped = 0;
    await writer?.flush();
  }

  return {
    record(connection, facts) {
      // We are inside the app's event handler.
      try {
        if (writer && !writer.isWanted()) return;
        if (!queue.push(closeConnection(connection, facts))) dropped++;
      } catch (error) {
        diag.error(`${NAME}: record threw`, error);
      }
    },
    prepare() {
      if (!writer) void prepare();
    },
    forceFlush: queue.drain,
    flushNow() {
      // Without a destination closes had better wait: the page may live on, or come back.
      if (!writer?.find()) return;
      queue.drainNow();
      writer.flushNow();
    },
    async shutdown() {
      await queue.drain();
      await writer?.shutdown();
    },
  };
}
