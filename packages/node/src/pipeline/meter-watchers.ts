import { createLabelLimits, guard, type LabelLimits, type RecordingSettings } from '@closespan/core/platform';
import type { Meter } from '@opentelemetry/api';
import type { NodeWebSocketOptions } from '../node-options.ts';

/**
 * Receives the meter that is in use from now on, and the limits for the labels of all metrics of this process. The meter
 * is `undefined` if metrics have no destination.
 */
export type MeterWatcher = (meter: Meter | undefined, limits: LabelLimits) => void;

/** Watchers of each instrumentation that runs. The object with its options identifies an instrumentation. */
const watchers = new WeakMap<NodeWebSocketOptions, MeterWatcher[]>();

/**
 * Calls a function with each meter that an instrumentation chooses, for metrics that are not made of records. Call this
 * function while the instrumentation starts.
 */
export function watchMeters(options: NodeWebSocketOptions, watcher: MeterWatcher): void {
  watchers.set(options, [...(watchers.get(options) ?? []), watcher]);
}

/** Returns the settings of a recording that call the watchers of an instrumentation. */
export function meterSettings(
  options: NodeWebSocketOptions,
): Pick<RecordingSettings, 'createLabelLimits' | 'watchMeter'> {
  const limits = createLabelLimits(options);
  return {
    createLabelLimits: () => limits,
    watchMeter(meter) {
      for (const watcher of watchers.get(options) ?? []) guard('metrics', () => watcher(meter, limits));
    },
  };
}
