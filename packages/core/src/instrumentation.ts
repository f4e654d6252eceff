import { checkOptions, type OptionChecks } from './check-options.ts';
import { guard } from './guard.ts';
import type { SocketInfo, WebSocketLike } from './observe/web-socket-like.ts';
import type { WebSocketOptions } from './options.ts';
import { ownOptions } from './own-options.ts';
import type { TimeLimit } from './queue/wait-at-most.ts';
import { createRecorder, type LoadRecording, type Recorder } from './recorder.ts';
import { diag } from './registered-api.ts';
import { currentlyRunning, forgetRunning, keepRunning, type Running } from './running.ts';
import type { Pipeline } from './telemetry/pipeline.ts';
import { NAME } from './version.ts';

/** Controls a running instrumentation; `instrumentWebSockets()` returns it. */
export interface WebSocketHandle {
  /**
   * Resolves when all closes so far have been exported, when their export has failed, or when the time is up. Never
   * rejects.
   * @param options `timeout`: no limit when absent
   */
  forceFlush(options?: TimeLimit): Promise<void>;
  /**
   * Puts every patched object back at once, exports the closes that wait, and stops the built-in pipeline. On Node,
   * open connections are recorded before, with the cause `process_exit`. Closes that have not arrived when the time is up
   * are lost, and counted in one `diag` line. Never rejects.
   * @param options `timeout`: on Node the option `exitTimeout` when absent, elsewhere 5000
   */
  shutdown(options?: TimeLimit): Promise<void>;
  /**
   * Observes a socket that the instrumentation cannot find, such as one from a bundled copy of a library. An object
   * that takes no event listeners costs one `diag.error`.
   */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
}

/** Adapts core to one kind of runtime. */
export interface Platform<
  O extends WebSocketOptions = WebSocketOptions,
  H extends WebSocketHandle = WebSocketHandle,
> {
  /** Checks of the options that only this platform has, or that it checks better. @defaultValue none */
  readonly optionChecks?: OptionChecks;
  /** Starts to observe. Members beyond those of `Installed` become members of the handle. */
  install(recorder: Recorder, options: O): Installed & Omit<H, keyof WebSocketHandle>;
  /** Loads and starts the built-in pipeline. */
  startPipeline(options: O): Promise<Pipeline>;
  /** Loads the code that makes telemetry of closes; called when the first socket is made. */
  readonly loadRecording: LoadRecording;
}

/** Controls the observation that a platform has installed. */
export interface Installed {
  /** Observes one more socket, which the app hands over. */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
  /** Records failed handshakes whose `close` event is still awaited and may never come. */
  settle?(): void;
  /** Keeps the process alive until a flush of the app's is done. @defaultValue nothing ends meanwhile */
  keepAlive?(flushed: Promise<void>): void;
  /**
   * Stops observing and puts every patched object back.
   * @param isEnding whether the process is about to end: open connections are then recorded before
   */
  stop(isEnding: boolean): void;
}

/**
 * Starts to observe on a platform. While an instrumentation runs, its handle is returned and the options change
 * nothing.
 * @throws TypeError for a wrong option
 */
export function startInstrumentation<O extends WebSocketOptions, H extends WebSocketHandle>(
  platform: Platform<O, H>,
  options: O,
): H {
  const own = ownOptions(options);
  checkOptions(own, platform.optionChecks);
  return start(platform, own).handle;
}

/** Returns the handle of the running instrumentation. `H` is that of the platform, since a global scope has one. */
export function runningHandle<H extends WebSocketHandle>(): H | undefined {
  return currentlyRunning()?.handle as H | undefined;
}

/** Starts to observe with options that are checked already; returns what runs, if something runs. */
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
  const { observe, settle, keepAlive, stop, ...members } = platform.install(recorder, own);
  const running: Running<WebSocketHandle> = {
    handle: {
      ...members,
      observe(...socket) {
        if (isObserving) guard('observe', () => observe(...socket));
      },
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
