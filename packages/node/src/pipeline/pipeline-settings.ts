import type { RunningExports } from '@closespan/core/otlp';
import type { ExporterSettings, MetricSettings } from '@closespan/core/otlp-metrics';
import { diag, NAME, withoutSecrets } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { isSdkDisabled } from './is-sdk-disabled.ts';
import { processResource } from './process-resource.ts';
import { startPause } from './timers-at-load.ts';

/** Largest number of milliseconds that a timer accepts. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Returns the settings of the built-in pipeline's exporters. Environment variables `OTEL_*` give values that no option
 * gives.
 */
export function pipelineSettings(
  options: NodeWebSocketOptions,
  running: RunningExports,
): ExporterSettings & MetricSettings {
  // Without a prototype, to which somebody may have added an option.
  return Object.assign(Object.create(null), options, {
    attributes: processResource(process.env['OTEL_NODE_RESOURCE_DETECTORS']),
    running,
    startPause,
    isStored: options.spool !== undefined,
    exportIntervalMillis: intervalOf(process.env['OTEL_METRIC_EXPORT_INTERVAL']),
  });
}

/** Returns whether the built-in pipeline sends spans if no tracer provider is given or registered. */
export function sendsSpans({ otlp }: NodeWebSocketOptions): boolean {
  const { env } = process;
  return otlp !== false && env['OTEL_TRACES_EXPORTER'] !== 'none' && !isSdkDisabled(env);
}

/**
 * Converts text to the milliseconds between two exports of metrics; `undefined` if the text is empty or no usable
 * number.
 */
function intervalOf(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const millis = Number(text);
  if (millis >= 1 && millis <= LONGEST_TIMER) return millis;
  diag.warn(
    `${NAME}: OTEL_METRIC_EXPORT_INTERVAL ignored: Expected milliseconds, got \`${withoutSecrets(text).slice(0, 64)}\``,
  );
  return undefined;
}
