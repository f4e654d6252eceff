import { diag } from '@opentelemetry/api';
import { guard } from './guard.ts';
import type { SocketInfo, WebSocketLike } from './observe/web-socket-like.ts';
import { checkOptions, type OptionChecks, type WebSocketOptions } from './options.ts';
import { createRecorder, type LoadRecording, type Recorder } from './recorder.ts';
import type { Pipeline } from './telemetry/destination.ts';
import { NAME } from './version.ts';

/** What `instrumentWebSockets()` returns. */
export interface WebSocketHandle {
  /** Resolves when all closes so far have been exported. Never rejects. */
  forceFlush(): Promise<void>;
  /**
   * Puts every patched object back at once, exports what is waiting and stops our own pipeline. On Node, connections
   * that are open are recorded before, with the cause `process_exit`. Never rejects.
   */
  shutdown(): Promise<void>;
  /**
   * Observes a socket that is not found by itself, such as one from a bundled copy of a library. What has no listeners
   * like a socket's costs one `diag.error`.
   */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
}

/** What a runtime adds to core. */
export interface Platform<
  O extends WebSocketOptions = WebSocketOptions,
  H extends WebSocketHandle = WebSocketHandle,
> {
  /** Of the options that only this platform has. */
  readonly optionChecks?: OptionChecks;
  /** Starts to observe; returns how to observe one socket more, what undoes it all, and the handle's other members. */
  install(recorder: Recorder, options: O): Installed & Omit<H, keyof WebSocketHandle>;
  /** Loads our own pipeline. */
  startPipeline(options: O): Promise<Pipeline>;
  /** @defaultValue a chunk of its own */
  readonly loadRecording?: LoadRecording;
}

/** What a platform's `install` has put in place. */
export interface Installed {
  observe(socket: WebSocketLike, info?: SocketInfo): void;
  /** Records now what still waits for an event that may never come. */
  settle?(): void;
  /** @param ending whether the process is about to end: connections that are open are then recorded before */
  stop(ending: boolean): void;
}

/** One instrumentation a global scope, also when ES module and CommonJS copies of a package are both loaded. */
const HANDLE = Symbol.for('closespan.handle');
const scope = globalThis as { [HANDLE]?: RunningHandle };

/** The handle of what runs. */
export interface RunningHandle extends WebSocketHandle {
  /** As `shutdown` where the process ends; else connections that are open have not ended, and leave no record. */
  end(processEnds: boolean): Promise<void>;
}

/**
 * Starts to observe on a platform; while one runs, its handle is returned and the options change nothing.
 * @throws TypeError for a wrong option
 */
export function startInstrumentation<O extends WebSocketOptions, H extends WebSocketHandle>(
  platform: Platform<O, H>,
  options: O,
): H {
  checkOptions(options, platform.optionChecks);
  return start(platform, options);
}

/** The handle of what runs; of the given platform, since a global scope has one. */
export function runningHandle<H extends WebSocketHandle>(): H | undefined {
  return scope[HANDLE] as H | undefined;
}

/** The same for options that are checked already. */
export function start<O extends WebSocketOptions, H extends WebSocketHandle>(
  platform: Platform<O, H>,
  options: O,
): H & RunningHandle {
  const running = scope[HANDLE] as (H & RunningHandle) | undefined;
  if (running) {
    diag.debug(`${NAME}: runs already, options ignored`);
    return running;
  }
  const recorder = createRecorder(options, () => platform.startPipeline(options), platform.loadRecording);
  const { settle, ...members } = platform.install(recorder, options);
  const handle = {
    ...members,
    observe(...what: Parameters<Installed['observe']>) {
      guard('observe', () => members.observe(...what), undefined);
    },
    forceFlush() {
      settle?.();
      return recorder.forceFlush();
    },
    shutdown: () => handle.end(true),
    end(processEnds: boolean) {
      if (scope[HANDLE] === handle) {
        delete scope[HANDLE];
        members.stop(processEnds);
      }
      return recorder.shutdown();
    },
    // The members that are not its own are those that `install` was asked for.
  } as unknown as H & RunningHandle;
  scope[HANDLE] = handle;
  return handle;
}
