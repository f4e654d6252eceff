import { NAME, type Pipeline, VERSION, type WebSocketOptions } from '@closespan/core';
import { metrics } from '@opentelemetry/api';
import { logToConsole } from './console-logger.ts';

const NOTHING: Pipeline = {
  tracerProvider: undefined,
  meterProvider: undefined,
  async forceFlush() {},
  async shutdown() {},
};

/** Starts our own OTLP/HTTP pipeline, loaded now; the `OTEL_*` variables say what the options leave open. */
export async function startPipeline(options: WebSocketOptions): Promise<Pipeline> {
  const { env } = process;
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return NOTHING;
  logToConsole();
  const [{ createTracerProvider }, { createMeterProvider }, { createOutcomeCounter }] = await Promise.all([
    import('@closespan/core/otlp'),
    import('@closespan/core/otlp-metrics'),
    import('@closespan/core/recording'),
  ]);
  const settings = {
    ...options,
    // Without an id of its own, one process's counters overwrite another's in a Collector.
    attributes: { 'service.instance.id': crypto.randomUUID() },
    userAgent: `${NAME}/${VERSION}`,
  };
  const exportIntervalMillis = Number(env['OTEL_METRIC_EXPORT_INTERVAL']) || undefined;
  const meterProvider =
    options.meterProvider || env['OTEL_METRICS_EXPORTER'] === 'none'
      ? undefined
      : createMeterProvider({ ...settings, exportIntervalMillis });
  const meters = options.meterProvider ?? meterProvider ?? metrics.getMeterProvider();
  const tracerProvider =
    env['OTEL_TRACES_EXPORTER'] === 'none'
      ? undefined
      : createTracerProvider(settings, createOutcomeCounter(meters.getMeter(NAME, VERSION)));
  const both = async (
    run: (provider: NonNullable<typeof tracerProvider | typeof meterProvider>) => Promise<void>,
  ) => {
    await Promise.all([tracerProvider, meterProvider].map((provider) => provider && run(provider)));
  };
  return {
    tracerProvider,
    meterProvider,
    unsent: async (now) => (await tracerProvider?.unsent(now)) ?? 0,
    forceFlush: () => both((provider) => provider.forceFlush()),
    shutdown: () => both((provider) => provider.shutdown()),
  };
}
