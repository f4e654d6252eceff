import type { CreateMessageMetrics } from './metrics/message-metrics.ts';
import type { LoadMetrics } from './metrics/metrics-in-use.ts';
import type { WebSocketOptions } from './options.ts';
import type { createRecording, Recording } from './page-recording.ts';
import type { TimeLimit } from './queue/wait-at-most.ts';
import { type CloseFacts, NO_CLOSE_FRAME, type PendingClose, stampClose } from './record/close-facts.ts';
import { type Connection, isUnrecorded } from './record/connection.ts';
import type { RecordingSettings } from './recording-settings.ts';
import { diag } from './registered-api.ts';
import type { AppHooks } from './span/app-hooks.ts';
import type { Pipeline, StartPipeline } from './telemetry/pipeline.ts';
import { NAME } from './version.ts';

/** Turns closed connections into spans, metrics and hook calls. This happens in later turns of the event loop. */
export interface Recorder {
  /** Settings of the code that makes spans and metrics. What an option has loaded later is added here. */
  readonly settings: RecordingSettings & {
    createMessageMetrics?: CreateMessageMetrics;
    hooks?: AppHooks;
    takesRefusal?: () => boolean;
    loadMetrics?: LoadMetrics;
  };
  /**
   * Records the end of a connection. Observers call this function once for each connection. Never throws.
   * @param socket object that the app has for the connection: a socket, a stream or a client. Absent if not known
   */
  record(connection: Connection, facts: CloseFacts, socket?: object): void;
  /**
   * Notes that a client connection has opened, so that an outage of its target ends. Observers call this function once
   * for each connection. Never throws.
   * @param url URL of the connection, in the form in which the facts of its close will have it
   */
  opened(connection: Connection, url: string): void;
  /**
   * Loads the code that makes spans and metrics. Called early, because a page that is being unloaded can load nothing.
   */
  prepare(): void;
  /**
   * Resolves when all closes so far have been exported, when their export has failed, or when the time limit has
   * passed.
   */
  forceFlush(limit?: TimeLimit): Promise<void>;
  /**
   * Returns the code that makes spans and metrics. `undefined` until it is loaded.
   * @param create starts this code if closes wait for it. Meant for a process that is about to end
   */
  recording(create?: typeof createRecording): Recording | undefined;
  /**
   * Exports all waiting closes, then stops the built-in pipeline (closespan's OTLP/HTTP exporter). A provider of the
   * user keeps running. Closes that have not arrived at the time limit are lost.
   * @param limit time limit; `false` or absent for no limit
   */
  shutdown(limit?: TimeLimit | false): Promise<void>;
}

/** Loads the module that makes spans and metrics of closes. A page does not need this module at its start. */
export type LoadRecording = () => Promise<{
  readonly createRecording: typeof createRecording;
  /** Loads the code of the app's hooks, and adds the hooks to the settings. Absent elsewhere than in pages. */
  readonly loadHooks?: (settings: Recorder['settings']) => Promise<void>;
}>;

/** Starts parts of closespan before its functions return. Meant for a process that is about to end. */
export interface PartsNow {
  /** Starts the code that makes spans and metrics of closes. */
  readonly createRecording: typeof createRecording;
  /** Starts the built-in pipeline (closespan's OTLP/HTTP exporter). */
  startPipeline(): Pipeline;
}

/**
 * Makes a recorder. Closes wait in the recorder until the module that makes spans and metrics is loaded. A page does
 * not need this module at its start.
 * @param startPipeline called once, when closes are recorded and no provider is given or registered
 */
export function createRecorder(
  options: WebSocketOptions,
  startPipeline: StartPipeline,
  loadRecording: LoadRecording,
): Recorder {
  const waiting: PendingClose[] = [];
  const settings = {
    // Parts that are absent must not be those that somebody has added to `Object.prototype`.
    __proto__: null,
    options,
    startPipeline,
    waiting,
    dropped: 0,
    capacity: 131_072,
  } as Recorder['settings'] & { dropped: number };
  let recording: Recording | undefined;
  let loading: Promise<void> | undefined;

  async function start(): Promise<void> {
    try {
      const { createRecording, loadHooks } = await loadRecording();
      await loadHooks?.(settings);
      recording = createRecording(settings);
    } catch (error) {
      loading = undefined;
      diag.error(`${NAME}: not loaded, closes wait`, error);
    }
  }

  function load(): Promise<void> {
    loading ??= start();
    return loading;
  }

  /**
   * Loads the module that makes spans and metrics, if closes wait for it. Without waiting closes, there is nothing to
   * flush.
   */
  function loadIfNeeded(): Promise<void> | undefined {
    return waiting[0] ? load() : loading;
  }

  /** Adds a close or an opening. This runs within the app's event handler. */
  function add(connection: Connection, facts: CloseFacts, socket?: object, isOpening?: boolean): void {
    // As `guard` does, without a closure for each close.
    try {
      if (isUnrecorded(connection) || recording?.isWanted() === false) return;
      // Once the recording is loaded, `waiting` stays empty.
      if (waiting.length < settings.capacity)
        (recording ?? waiting).push(stampClose(connection, facts, socket, isOpening));
      else settings.dropped++;
      if (!recording) void load();
    } catch (error) {
      diag.error(`${NAME}: record threw`, error);
    }
  }

  return {
    settings,
    record: (connection, facts, socket) => add(connection, facts, options.closeHook && socket),
    opened(connection, url) {
      // An opening before the first close ends no outage.
      if (recording ?? waiting[0])
        add(connection, { ...NO_CLOSE_FRAME, kind: 'client', url }, undefined, true);
    },
    prepare: load,
    async forceFlush(limit) {
      await loadIfNeeded();
      await recording?.drain(limit);
    },
    recording(create) {
      recording ??= waiting[0] && create?.(settings);
      return recording;
    },
    async shutdown(limit = false) {
      await loadIfNeeded();
      await recording?.shutdown(limit);
    },
  };
}
