import { checkOptions, type OptionChecks } from './check-options.ts';
import { guard } from './guard.ts';
import type { SocketInfo, WebSocketLike } from './observe/web-socket-like.ts';
import type { WebSocketOptions } from './options.ts';
import { ownOptions } from './own-options.ts';
import type { TimeLimit } from './queue/wait-at-most.ts';
import { type CloseNote, mergeNotes } from './record/close-note.ts';
import type { Connection } from './record/connection.ts';
import { createRecorder, type LoadRecording, type Recorder } from './recorder.ts';
import { diag } from './registered-api.ts';
import { currentlyRunning, forgetRunning, keepRunning, type Running } from './running.ts';
import type { Pipeline } from './telemetry/pipeline.ts';
import { NAME } from './version.ts';

/** Controls a running instrumentation. `instrumentWebSockets()` returns this handle. */
export interface WebSocketHandle {
  /**
   * Resolves when all closes so far have been exported, when their export has failed, or when the time limit has
   * passed. Never rejects.
   * @param options `timeout`: time limit in milliseconds. Without `timeout` there is no limit
   */
  forceFlush(options?: TimeLimit): Promise<void>;
  /**
   * Restores every patched object at once, exports the waiting closes, and stops the built-in pipeline (closespan's
   * OTLP/HTTP exporter). On Node, every open connection is first recorded with the cause `process_exit`. Closes that
   * have not arrived at the time limit are lost, and one `diag` line says how many. Never rejects.
   * @param options `timeout`: time limit in milliseconds. The default is the option `exitTimeout` on Node, and 5000
   * elsewhere
   */
  shutdown(options?: TimeLimit): Promise<void>;
  /**
   * Observes a socket that the instrumentation cannot find, such as a socket from a bundled copy of a library. If the
   * object has no event listeners, an error is logged with `diag.error`.
   */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
  /**
   * Adds what the app knows to the record of a socket's close: attributes, a cause, a reason. Later notes on one socket
   * add to earlier ones. A note counts until the record is made, which is after the app's listeners for `close`. A
   * socket that is not observed gets no record, so that its note is lost. Never throws.
   * @example note(socket, { attributes: { 'app.room': room } })
   */
  note(socket: object, note: CloseNote): void;
  /**
   * Returns the value that `websocket.connection.id` has in the record of a socket, for the logs of the app. Returns
   * `undefined` if the socket is not observed, or if the id is not known yet.
   */
  connectionIdOf(socket: object): string | undefined;
}

/** Adapts core to one kind of runtime, such as browsers or Node. */
export interface Platform<
  O extends WebSocketOptions = WebSocketOptions,
  H extends WebSocketHandle = WebSocketHandle,
> {
  /**
   * Checks of this platform's options. Such a check replaces core's check of an option. @defaultValue only core's
   * checks
   */
  readonly optionChecks?: OptionChecks;
  /** Starts observation. Members of the result beyond those of `Installed` become members of the handle. */
  install(recorder: Recorder, options: O): Installed & Omit<H, keyof WebSocketHandle>;
  /** Loads and starts the built-in pipeline (closespan's OTLP/HTTP exporter). */
  startPipeline(options: O): Promise<Pipeline>;
  /** Loads the code that makes spans and metrics of closes. Called when the app makes its first socket. */
  readonly loadRecording: LoadRecording;
}

/** Controls the observation that a platform has started. */
export interface Installed {
  /** Observes one more socket, which the app passed to `observe()` of the handle. */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
  /**
   * Returns the connection of a socket of the app, also after the record of the connection is made. Never throws.
   * @param needsId whether the caller reads the id of the connection
   * @returns `undefined` if the socket is not observed, or if its id is needed and may still change
   */
  connectionOf(socket: object, needsId: boolean): Connection | undefined;
  /** Limits the notes on a connection while it is open. @defaultValue notes are limited when the record is made */
  limitNote?(note: CloseNote): CloseNote;
  /** Records failed handshakes that still wait for a `close` event. That event may never come. */
  settle?(): void;
  /**
   * Keeps the process alive until a flush that the app has requested is finished.
   * @defaultValue the process is not kept alive
   */
  keepAlive?(flushed: Promise<void>): void;
  /**
   * Stops observation and restores every patched object.
   * @param isEnding whether the process is about to end; if so, open connections are first recorded
   */
  stop(isEnding: boolean): void;
}

/**
 * Starts to observe on a platform and returns the handle. If an instrumentation already runs, its handle is returned
 * and the options are only checked.
 * @throws TypeError for an invalid option
 */
export function startInstrumentation<O extends WebSocketOptions, H extends WebSocketHandle>(
  platform: Platform<O, H>,
  options: O,
): H {
  const own = ownOptions(options);
  checkOptions(own, platform.optionChecks);
  return start(platform, own).handle;
}

/**
 * Returns the handle of the running instrumentation, or `undefined` if none runs. A global scope has one platform, so
 * the caller knows the type `H`.
 */
export function runningHandle<H extends WebSocketHandle>(): H | undefined {
  return currentlyRunning()?.handle as H | undefined;
}

/**
 * Starts to observe with options that have been checked. If an instrumentation already runs, that instrumentation is
 * returned and the options are ignored.
 */
export function start<O extends WebSocketOptions, H extends WebSocketHandle>(
  platform: Platform<O, H>,
  options: O,
): Running<H> {
  const current = currentlyRunning();
  if (current) {
    diag.debug(`${NAME}: runs already, options ignored`);
    return current as Running<H>;
  }
  const own = ownOptions(options);
  let isObserving = true;
  const recorder = createRecorder(own, () => platform.startPipeline(own), platform.loadRecording);
  const {
    observe,
    connectionOf,
    limitNote = (note) => note,
    settle,
    keepAlive,
    stop,
    ...members
  } = platform.install(recorder, own);
  const running: Running<WebSocketHandle> = {
    handle: {
      ...members,
      observe(...socket) {
        if (isObserving) guard('observe', () => observe(...socket));
      },
      note(socket, note) {
        guard('note', () => {
          const connection = connectionOf(socket, false);
          if (connection) connection.note = limitNote(mergeNotes(connection.note, note));
        });
      },
      connectionIdOf: (socket) => connectionOf(socket, true)?.connectionId,
      forceFlush(limit) {
        if (settle) guard('settle', settle);
        const flushed = recorder.forceFlush(limit);
        keepAlive?.(flushed);
        return flushed;
      },
      shutdown: (limit) => running.stop(true, limit),
    },
    isObserving: () => isObserving,
    stop(isEnding, limit = {}) {
      if (isObserving) {
        isObserving = false;
        forgetRunning(running);
        guard('stop', () => stop(isEnding));
      }
      return recorder.shutdown(isEnding && limit);
    },
  };
  keepRunning(running);
  // `install` returned the members that `H` adds to those of every handle.
  return running as Running<H>;
}
