import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { BOOLEAN, checkOptions } from './check-options.ts';
import { type Platform, start } from './instrumentation.ts';
import type { WebSocketOptions } from './options.ts';
import type { Running } from './running.ts';
import { NAME, VERSION } from './version.ts';

/** Whether an instrumentation observes sockets. */
type Enabled = { enabled?: boolean };

/**
 * Base of each platform's class `WebSocketInstrumentation`. The class has the shape of OpenTelemetry's
 * `Instrumentation`, for `registerInstrumentations({ instrumentations: [...] })`.
 */
export abstract class PlatformInstrumentation<O extends WebSocketOptions = WebSocketOptions> {
  /** Name of the OpenTelemetry instrumentation scope. */
  readonly instrumentationName: string = NAME;
  /** Version of the OpenTelemetry instrumentation scope. */
  readonly instrumentationVersion: string = VERSION;
  readonly #platform: Platform<O>;
  #config: O & Enabled;
  #running: Running | undefined;

  /**
   * Makes an instrumentation. Observation starts at once only with `enabled: true`.
   * @param config options of `instrumentWebSockets()`, and `enabled`
   * @throws TypeError for an invalid option
   */
  constructor(platform: Platform<O>, config: O & Enabled) {
    this.#platform = platform;
    this.#check(config);
    // `registerInstrumentations` enables each instrumentation whose config does not say that it is enabled already.
    this.#config = { ...config, enabled: false };
    if (config.enabled === true) this.enable();
  }

  /** Starts observation. Does nothing if the instrumentation is already enabled. */
  enable(): void {
    this.#running ??= start(this.#platform, this.#config);
    this.#config = { ...this.#config, enabled: true };
  }

  /**
   * Stops observation and restores every patched object. Waiting closes are still exported. Connections that are still
   * open get no record.
   */
  disable(): void {
    void this.#running?.stop(false);
    this.#running = undefined;
    this.#config = { ...this.#config, enabled: false };
  }

  /** Sends later spans to another tracer provider. Connections that are open at this call get no record. */
  setTracerProvider(tracerProvider: TracerProvider): void {
    this.setConfig({ ...this.#config, tracerProvider });
  }

  /** Sends later metrics to another meter provider. Connections that are open at this call get no record. */
  setMeterProvider(meterProvider: MeterProvider): void {
    this.setConfig({ ...this.#config, meterProvider });
  }

  /**
   * Replaces all options at once, except `enabled`. Connections that are open at this call get no record.
   * @throws TypeError for an invalid option
   */
  setConfig(config: O & Enabled): void {
    this.#check(config);
    const { enabled = false } = this.#config;
    this.disable();
    this.#config = { ...config, enabled };
    if (enabled) this.enable();
  }

  /** Returns the current options. `enabled` is `true` while the instrumentation observes. */
  getConfig(): O & Enabled {
    return this.#config;
  }

  #check(config: O & Enabled): void {
    checkOptions(config, { ...this.#platform.optionChecks, enabled: BOOLEAN });
  }
}
