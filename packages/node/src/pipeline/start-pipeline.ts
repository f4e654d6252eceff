import { NAME, type Pipeline, SCHEMA, VERSION } from '@closespan/core/platform';
import { metrics } from '@opentelemetry/api';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { logToConsole } from './console-logger.ts';
import { isSdkDisabled } from './is-sdk-disabled.ts';
import { NO_PIPELINE } from './no-pipeline.ts';
import { pipelineSettings } from './pipeline-settings.ts';
import { storeInSpool } from './start-pipeline-now.ts';
import { warnOfUnspoken } from './warn-of-unspoken.ts';

/**
 * Loads and starts the built-in pipeline: an OTLP/HTTP exporter for an app without an OpenTelemetry SDK. Environment
 * variables `OTEL_*` give values that no option gives.
 */
export async function startPipeline(options: NodeWebSocketOptions): Promise<Pipeline> {
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
  const settings = pipelineSettings(options, running);
  const meterProvider =
    options.meterProvider || env['OTEL_METRICS_EXPORTER'] === 'none'
      ? undefined
      : createMeterProvider(settings);
  const meters = options.meterProvider ?? meterProvider ?? metrics.getMeterProvider();
  const tracerProvider =
    env['OTEL_TRACES_EXPORTER'] === 'none'
      ? undefined
      : createTracerProvider(settings, createOutcomeCounter(meters.getMeter(NAME, VERSION, { ...SCHEMA })));
  return {
    tracerProvider,
    ...(tracerProvider && { addSpan: tracerProvider.addSpan }),
    meterProvider,
    ...storeInSpool(options, tracerProvider),
    async cancelExports(isCancelled) {
      if (isCancelled) running.cancel();
      else running.allow();
      tracerProvider?.hold(isCancelled);
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
