import { diag } from '@opentelemetry/api';
import type { WebSocketOptions } from './options.ts';
import { type CloseFacts, type PendingClose, stampClose } from './record/close-facts.ts';
import type { Connection } from './record/connection.ts';
import type { createRecording, Recording } from './recording.ts';
import type { StartPipeline } from './telemetry/destination.ts';
import { NAME } from './version.ts';

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

/** Loads what makes telemetry of closes. */
export type LoadRecording = () => Promise<{ readonly createRecording: typeof createRecording }>;

/** How many closes wait at most. */
export const CAPACITY = 131_072;

/**
 * Makes a recorder. It holds closes until what makes telemetry of them is loaded, which is not needed to start a page.
 * @param startPipeline called once, when a record has no other provider to go to
 */
export function createRecorder(
  options: WebSocketOptions,
  startPipeline: StartPipeline,
  loadRecording: LoadRecording = () => import('@closespan/core/recording'),
): Recorder {
  let recording: Recording | undefined;
  let loading: Promise<void> | undefined;
  let waiting: PendingClose[] = [];
  let dropped = 0;

  async function start(): Promise<void> {
    try {
      const { createRecording } = await loadRecording();
      recording = createRecording(options, startPipeline, waiting, dropped);
      waiting = [];
    } catch (error) {
      loading = undefined;
      diag.error(`${NAME}: not loaded, closes wait`, error);
    }
  }

  function load(): Promise<void> {
    loading ??= start();
    return loading;
  }

  /** Without a close nothing is loaded only to be flushed. */
  function settle(): Promise<void> | undefined {
    return waiting.length > 0 ? load() : loading;
  }

  return {
    record(connection, facts) {
      // We are inside the app's event handler.
      try {
        if (recording) {
          if (recording.isWanted()) recording.push(stampClose(connection, facts));
          return;
        }
        if (waiting.length < CAPACITY) waiting.push(stampClose(connection, facts));
        else dropped++;
        void load();
      } catch (error) {
        diag.error(`${NAME}: record threw`, error);
      }
    },
    prepare: load,
    async forceFlush() {
      await settle();
      await recording?.drain();
    },
    flushNow() {
      recording?.flushNow();
    },
    async shutdown() {
      await settle();
      await recording?.shutdown();
    },
  };
}
