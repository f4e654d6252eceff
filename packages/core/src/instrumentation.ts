import { diag, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import type { SocketInfo, WebSocketLike } from './observe/observe-socket.ts';
import { checkOptions, type OptionCheck, type OptionChecks, type WebSocketOptions } from './options.ts';
import type { Pipeline } from './telemetry/destination.ts';
import { createRecorder, type LoadRecording, type Recorder } from './telemetry/recorder.ts';
import { NAME, VERSION } from './version.ts';

/** What `instrumentWebSockets()` returns. */
export interface WebSocketHandle {
  /** Resolves when all closes so far have been exported. Never rejects. */
  forceFlush(): Promise<void>;
  /**
   * Puts every patched object back at once, exports what is waiting and stops our own pipeline. On Node, connections
   * that are open are recorded before, with the cause `process_exit`. Never rejects.
   */
  shutdown(): Promise<void>;
  /** Observes a socket that is not found by itself, such as one from a bundled copy of a library. */
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
  uninstall(ending: boolean): void;
}

const ENABLED: OptionCheck = ['a boolean', (value) => typeof value === 'boolean'];

/** One instrumentation a global scope, also when ES module and CommonJS copies of a package are both loaded. */
const HANDLE = Symbol.for('closespan.handle');
const scope = globalThis as { [HANDLE]?: RunningHandle };

interface RunningHandle extends WebSocketHandle {
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

function start<O extends WebSocketOptions, H extends WebSocketHandle>(
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
    forceFlush() {
      settle?.();
      return recorder.forceFlush();
    },
    shutdown: () => handle.end(true),
    end(processEnds: boolean) {
      if (scope[HANDLE] === handle) {
        delete scope[HANDLE];
        members.uninstall(processEnds);
      }
      return recorder.shutdown();
    },
    // The members that are not its own are those that `install` was asked for.
  } as unknown as H & RunningHandle;
  Object.defineProperty(scope, HANDLE, { value: handle, configurable: true });
  return handle;
}

type Enabled = { enabled?: boolean };

/** Fits `registerInstrumentations({ instrumentations: [...] })` by shape; each platform derives its own. */
export abstract class PlatformInstrumentation<O extends WebSocketOptions = WebSocketOptions> {
  readonly instrumentationName: string = NAME;
  readonly instrumentationVersion: string = VERSION;
  readonly #platform: Platform<O>;
  #config: O & Enabled;
  #handle: RunningHandle | undefined;

  /** @throws TypeError for a wrong option */
  constructor(platform: Platform<O>, config: O & Enabled) {
    this.#platform = platform;
    this.#check(config);
    // `registerInstrumentations` enables what does not say that it is enabled already.
    this.#config = { ...config, enabled: false };
    if (config.enabled === true) this.enable();
  }

  /** Starts to observe. */
  enable(): void {
    this.#handle ??= start(this.#platform, this.#config);
    this.#config = { ...this.#config, enabled: true };
  }

  /** Puts every patched object back; closes that wait are still exported. */
  disable(): void {
    void this.#handle?.end(false);
    this.#handle = undefined;
    this.#config = { ...this.#config, enabled: false };
  }

  setTracerProvider(tracerProvider: TracerProvider): void {
    this.setConfig({ ...this.#config, tracerProvider });
  }

  setMeterProvider(meterProvider: MeterProvider): void {
    this.setConfig({ ...this.#config, meterProvider });
  }

  /**
   * Takes effect at once; connections that are open are not recorded then.
   * @throws TypeError for a wrong option
   */
  setConfig(config: O & Enabled): void {
    this.#check(config);
    const { enabled = false } = this.#config;
    this.disable();
    this.#config = { ...config, enabled };
    if (enabled) this.enable();
  }

  getConfig(): O & Enabled {
    return this.#config;
  }

  #check(config: O & Enabled): void {
    checkOptions(config, { ...this.#platform.optionChecks, enabled: ENABLED });
  }
}
