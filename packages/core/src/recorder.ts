import { guard } from './guard.ts';
import type { WebSocketOptions } from './options.ts';
import type { TimeLimit } from './queue/wait-at-most.ts';
import { type CloseFacts, type PendingClose, stampClose } from './record/close-facts.ts';
import { type Connection, isUnrecorded } from './record/connection.ts';
import type { createRecording, Recording } from './recording.ts';
import { diag } from './registered-api.ts';
import type { StartPipeline } from './telemetry/pipeline.ts';
import { NAME } from './version.ts';

/** Turns closed connections into spans, metrics and hook calls, in later turns of the event loop. */
export interface Recorder {
  /** Takes the end of a connection; call it once a connection. Never throws. */
  record(connection: Connection, facts: CloseFacts): void;
  /** Loads the parts that record closes, since a page that is about to go can load nothing. */
  prepare(): void;
  /** Resolves when all closes so far have been exported, when their export has failed, or when the time is up. */
  forceFlush(limit?: TimeLimit): Promise<void>;
  /** Hands all closes to the exporter within this call, for a page that is about to go. */
  flushNow(): void;
  /** Fails the exports of the built-in pipeline that are on their way, and while `isCancelled` those that follow. */
  cancelExports(isCancelled: boolean): void;
  /**
   * Flushes, then stops the built-in pipeline; a provider of the user's goes on. What has not arrived when the time is up
   * is lost.
   * @param limit `false` or absent: no limit
   */
  shutdown(limit?: TimeLimit | false): Promise<void>;
}

/** Loads the module that makes telemetry of closes, which a page does not need to start. */
export type LoadRecording = () => Promise<{ readonly createRecording: typeof createRecording }>;

/**
 * Makes a recorder, which holds closes until their recording is loaded: a page needs no recording to start.
 * @param startPipeline called once, when a record has no other provider to go to
 */
export function createRecorder(
  options: WebSocketOptions,
  startPipeline: StartPipeline,
  loadRecording: LoadRecording,
): Recorder {
  const waiting: PendingClose[] = [];
  const settings = { options, startPipeline, waiting, dropped: 0, capacity: 131_072 };
  let recording: Recording | undefined;
  let loading: Promise<void> | undefined;

  async function start(): Promise<void> {
    try {
      recording = (await loadRecording()).createRecording(settings);
    } catch (error) {
      loading = undefined;
      diag.error(`${NAME}: not loaded, closes wait`, error);
    }
  }

  function load(): Promise<void> {
    loading ??= start();
    return loading;
  }

  /** Loads the recording where closes wait for it; without a close there is nothing to flush. */
  function loadIfNeeded(): Promise<void> | undefined {
    return waiting.length > 0 ? load() : loading;
  }

  return {
    record(connection, facts) {
      // This runs within the app's event handler.
      guard('record', () => {
        if (isUnrecorded(connection)) return;
        if (recording) {
          if (recording.isWanted()) recording.push(stampClose(connection, facts));
          return;
        }
        if (waiting.length < settings.capacity) waiting.push(stampClose(connection, facts));
        else settings.dropped++;
        void load();
      });
    },
    prepare: load,
    async forceFlush(limit) {
      await loadIfNeeded();
      await recording?.drain(limit);
    },
    flushNow() {
      recording?.flushNow();
    },
    cancelExports(isCancelled) {
      recording?.cancelExports(isCancelled);
    },
    async shutdown(limit = false) {
      await loadIfNeeded();
      await recording?.shutdown(limit);
    },
  };
}
