import type { OtlpSettings } from '../delivery/otlp-settings.ts';
import type { StartPause } from '../queue/queue-pause.ts';
import type { RunningExports } from './running-exports.ts';

/** Settings of the built-in pipeline (closespan's OTLP/HTTP exporter) on Node. */
export type ExporterSettings = OtlpSettings & {
  /** Starts the pauses and time limits of exports. @defaultValue uses the global timer, `setTimeout` */
  readonly startPause?: StartPause;
  /**
   * Set of unfinished exports. Exporters that share one set are cancelled together. @defaultValue a new set for each
   * exporter
   */
  readonly running?: RunningExports;
  /** Whether undelivered spans are stored when the process ends. @defaultValue `false` */
  readonly isStored?: boolean;
  /**
   * Whether every abnormal close is kept, whatever `OTEL_TRACES_SAMPLER` says. Without effect if `sampler` is given.
   * @defaultValue `true`, unless the variable switches spans off
   */
  readonly keepAbnormal?: boolean;
};
