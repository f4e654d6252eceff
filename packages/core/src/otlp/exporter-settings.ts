import type { StartPause } from '../queue/queue-pause.ts';
import type { OtlpSettings } from '../telemetry/otlp-settings.ts';
import type { RunningExports } from './running-exports.ts';

/** Settings of the built-in pipeline of Node. */
export type ExporterSettings = OtlpSettings & {
  /** Starts the pauses and deadlines of exports. @defaultValue the global timer */
  readonly startPause?: StartPause;
  /** Exports that are on their way, where several signals are cancelled together. @defaultValue a set of its own */
  readonly running?: RunningExports;
};
