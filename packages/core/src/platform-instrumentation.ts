import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { BOOLEAN, checkOptions } from './check-options.ts';
import { type Platform, start } from './instrumentation.ts';
import type { WebSocketOptions } from './options.ts';
import type { Running } from './running.ts';
import { NAME, VERSION } from './version.ts';

/** Tells whether an instrumentation observes. */
type Enabled = { enabled?: boolean };

/**
 * Has the shape of OpenTelemetry's `Instrumentation`, for `registerInstrumentations({ instrumentations: [...] })`. Each
 * platform derives a class from this one.
 */
export abstract class PlatformInstrumentation<O extends WebSocketOptions = WebSocketOptions> {
  /** Name of the instrumentation scope. */
  readonly instrumentationName: string = NAME;
  /** Version of the instrumentation scope. */
  readonly instrumentationVersion: string = VERSION;
  readonly #platform: Platform<O>;
  #config: O & Enabled;
  #running: Running | undefined;

  /**
   * @param config options of `instrumentWebSockets()`; observation starts at once with `enabled: true`
   * @throws TypeError for a wrong option
   */
  constructor(platform: Platform<O>, config: O & Enabled) {
    this.#platform = platform;
    this.#check(config);
    // `registerInstrumentations` enables each instrumentation whose config does not say that it is enabled already.
    this.#config = { ...config, enabled: false };
    if (config.enabled === true) this.enable();
  }

  /** Starts to observe. Does nothing while enabled. */
  enable(): void {
    this.#running ??= start(this.#platform, this.#config);
    this.#config = { ...this.#config, enabled: true };
  }

  /** Puts every patched object back. Closes that wait are still exported; open connections leave no record. */
  disable(): void {
    void this.#running?.stop(false);
    this.#running = undefined;
    this.#config = { ...this.#config, enabled: false };
  }

  /** Sends spans to another provider from now on. Connections that are open leave no record. */
  setTracerProvider(tracerProvider: TracerProvider): void {
    this.setConfig({ ...this.#config, tracerProvider });
  }

  /** Sends metrics to another provider from now on. Connections that are open leave no record. */
  setMeterProvider(meterProvider: MeterProvider): void {
    this.setConfig({ ...this.#config, meterProvider });
  }

  /**
   * Replaces all options at once. Connections that are open leave no record.
   * @throws TypeError for a wrong option
   */
  setConfig(config: O & Enabled): void {
    this.#check(config);
    const { enabled = false } = this.#config;
    this.disable();
    this.#config = { ...config, enabled };
    if (enabled) this.enable();
  }

  /** Returns the options, and whether the instrumentation is enabled. */
  getConfig(): O & Enabled {
    return this.#config;
  }

  #check(config: O & Enabled): void {
    checkOptions(config, { ...this.#platform.optionChecks, enabled: BOOLEAN });
  }
}
