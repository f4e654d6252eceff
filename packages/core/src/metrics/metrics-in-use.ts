import type { Meter } from '@opentelemetry/api';
import { guard } from '../guard.ts';
import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';
import type { CloseMetrics, createCloseMetrics } from './close-metrics.ts';

/** Code that makes metrics of closes. */
export interface MetricsCode {
  readonly createCloseMetrics: typeof createCloseMetrics;
}

/** Returns the code that makes metrics, or loads the code. A page loads the code only if it has a meter. */
export type LoadMetrics = () => MetricsCode | Promise<MetricsCode>;

/** Metrics of the meter that is in use. Calls are held while a page loads the code of metrics. */
export interface MetricsInUse {
  /** Makes metrics with another meter. Without a meter, nothing is measured. */
  use(meter: Meter | undefined): void;
  /** Calls the metrics, now or as soon as their code is loaded. Never throws. */
  measure(call: (metrics: CloseMetrics) => void): void;
  /**
   * Resolves when the code of metrics is loaded, or when its load has failed. `undefined` if nothing is loading. Tries
   * again to load the code for calls that are held.
   */
  loading(): Promise<void> | undefined;
}

/** Largest number of calls that are held. Further calls are lost. */
const MOST_HELD = 4096;

/**
 * Makes metrics whose code may come later. A load that has failed is tried again at the next call.
 * @param make makes metrics of a meter
 */
export function createMetricsInUse(
  load: LoadMetrics | undefined,
  make: (code: MetricsCode, meter: Meter) => CloseMetrics,
): MetricsInUse {
  let code: MetricsCode | undefined;
  let loading: Promise<void> | undefined;
  let meter: Meter | undefined;
  let metrics: CloseMetrics | undefined;
  let held: ((metrics: CloseMetrics) => void)[] = [];

  function start(loaded: MetricsCode): void {
    code = loaded;
    const inUse = meter;
    metrics = inUse && guard('meter', () => make(loaded, inUse));
    const calls = held;
    held = [];
    for (const call of calls) measure(call);
  }

  async function finish(coming: Promise<MetricsCode>): Promise<void> {
    try {
      start(await coming);
    } catch (error) {
      diag.error(`${NAME}: metrics not loaded`, error);
    }
    loading = undefined;
  }

  function loadOnce(): void {
    if (loading || !load) return;
    const coming = load();
    if ('then' in coming) loading = finish(coming);
    else start(coming);
  }

  function measure(call: (metrics: CloseMetrics) => void): void {
    const inUse = metrics;
    if (inUse) guard('meter', () => call(inUse));
    else if (meter && !code) {
      if (held.length < MOST_HELD) held.push(call);
      loadOnce();
    }
  }

  return {
    use(newMeter) {
      meter = newMeter;
      if (code) start(code);
      else if (meter) loadOnce();
      else held = [];
    },
    measure,
    loading() {
      if (held.length > 0) loadOnce();
      return loading;
    },
  };
}
