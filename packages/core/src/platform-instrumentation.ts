import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { type Platform, type Running, start } from './instrumentation.ts';
import { BOOLEAN, checkOptions, type WebSocketOptions } from './options.ts';
import { NAME, VERSION } from './version.ts';

type Enabled = { enabled?: boolean };

/** Fits `registerInstrumentations({ instrumentations: [...] })` by shape; each platform derives its own. */
export abstract class PlatformInstrumentation<O extends WebSocketOptions = WebSocketOptions> {
  readonly instrumentationName: string = NAME;
  readonly instrumentationVersion: string = VERSION;
  readonly #platform: Platform<O>;
  #config: O & Enabled;
  #running: Running | undefined;

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
    this.#running ??= start(this.#platform, this.#config);
    this.#config = { ...this.#config, enabled: true };
  }

  /** Puts every patched object back; closes that wait are still exported. */
  disable(): void {
    void this.#running?.stop(false);
    this.#running = undefined;
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
    checkOptions(config, { ...this.#platform.optionChecks, enabled: BOOLEAN });
  }
}
