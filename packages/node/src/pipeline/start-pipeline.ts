import type { WebSocketOptions } from '@closespan/core';
import type { ExporterSettings, MetricSettings } from '@closespan/core/otlp-metrics';
import { NAME, type Pipeline, VERSION } from '@closespan/core/platform';
import { diag, metrics } from '@opentelemetry/api';
import { logToConsole } from './console-logger.ts';
import { isSdkDisabled } from './is-sdk-disabled.ts';
import { startPause } from './timers-at-load.ts';
import { warnOfUnspoken } from './warn-of-unspoken.ts';

const NO_PIPELINE: Pipeline = {
  tracerProvider: undefined,
  meterProvider: undefined,
  async forceFlush() {},
  async shutdown() {},
};

/**
 * Loads and starts the built-in pipeline: an OTLP/HTTP exporter for an app without an OpenTelemetry SDK. Environment
 * variables `OTEL_*` give values that no option gives.
 */
export async function startPipeline(options: WebSocketOptions): Promise<Pipeline> {
  const { env } = process;
  if (isSdkDisabled(env)) return NO_PIPELINE;
  logToConsole();
  warnOfUnspoken(env);
  const [
    { createTracerProvider, createRunningExports, warnOfWrongVariables },
    { createMeterProvider },
    { createOutcomeCounter },
  ] = await Promise.all([
    import('@closespan/core/otlp'),
    import('@closespan/core/otlp-metrics'),
    import('@closespan/core/recording'),
  ]);
  warnOfWrongVariables();
  const running = createRunningExports();
  // Without a prototype, to which somebody may have added an option.
  const settings: ExporterSettings & MetricSettings = Object.assign(Object.create(null), options, {
    // Without an id for each process, the counters of one process overwrite those of another in a Collector.
    attributes: { 'service.instance.id': crypto.randomUUID() },
    running,
    startPause,
    exportIntervalMillis: intervalOf(env['OTEL_METRIC_EXPORT_INTERVAL']),
  });
  const meterProvider =
    options.meterProvider || env['OTEL_METRICS_EXPORTER'] === 'none'
      ? undefined
      : createMeterProvider(settings);
  const meters = options.meterProvider ?? meterProvider ?? metrics.getMeterProvider();
  const tracerProvider =
    env['OTEL_TRACES_EXPORTER'] === 'none'
      ? undefined
      : createTracerProvider(settings, createOutcomeCounter(meters.getMeter(NAME, VERSION)));
  return {
    tracerProvider,
    ...(tracerProvider && { addSpan: tracerProvider.addSpan }),
    meterProvider,
    async cancelExports(isCancelled) {
      if (isCancelled) running.cancel();
      else running.allow();
      await tracerProvider?.forceFlush();
    },
    isAway: () => tracerProvider?.isAway() ?? false,
    unsent: async (retryNow) => (await tracerProvider?.unsent(retryNow)) ?? 0,
    // Metrics are flushed last, since they count which spans arrived.
    async forceFlush(spansOnly, mayLag) {
      await (mayLag ? tracerProvider?.awaitRoom() : tracerProvider?.forceFlush());
      if (!spansOnly) await meterProvider?.forceFlush();
    },
    async shutdown() {
      try {
        await tracerProvider?.shutdown();
      } finally {
        // Spans may have been cancelled for want of time, of which metrics have some.
        running.allow();
        await meterProvider?.shutdown();
      }
    },
  };
}

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Converts text to the milliseconds between two exports of metrics; `undefined` if the text is empty or no usable
 * number.
 */
function intervalOf(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const millis = Number(text);
  if (millis >= 1 && millis <= LONGEST_TIMER) return millis;
  diag.warn(`${NAME}: OTEL_METRIC_EXPORT_INTERVAL ignored: Expected milliseconds, got \`${text}\``);
  return undefined;
}
