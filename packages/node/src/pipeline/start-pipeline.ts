import type { WebSocketOptions } from '@closespan/core';
import { NAME, type Pipeline, VERSION } from '@closespan/core/platform';
import { diag, metrics } from '@opentelemetry/api';
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
  const exportIntervalMillis = intervalOf(env['OTEL_METRIC_EXPORT_INTERVAL']);
  const meterProvider =
    options.meterProvider || env['OTEL_METRICS_EXPORTER'] === 'none'
      ? undefined
      : createMeterProvider({ ...settings, exportIntervalMillis });
  const meters = options.meterProvider ?? meterProvider ?? metrics.getMeterProvider();
  const tracerProvider =
    env['OTEL_TRACES_EXPORTER'] === 'none'
      ? undefined
      : createTracerProvider(settings, createOutcomeCounter(meters.getMeter(NAME, VERSION)));
  return {
    tracerProvider,
    meterProvider,
    unsent: async (now) => (await tracerProvider?.unsent(now)) ?? 0,
    // Metrics are the last, for they count what became of the spans.
    async forceFlush(spansOnly) {
      await tracerProvider?.forceFlush();
      if (!spansOnly) await meterProvider?.forceFlush();
    },
    async shutdown() {
      try {
        await tracerProvider?.shutdown();
      } finally {
        await meterProvider?.shutdown();
      }
    },
  };
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Milliseconds between exports of metrics; `undefined` where the variable says nothing, or nothing of use. */
function intervalOf(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const millis = Number(text);
  if (millis >= 1 && millis <= LONGEST_TIMER) return millis;
  diag.warn(`${NAME}: OTEL_METRIC_EXPORT_INTERVAL ignored: Expected milliseconds, got \`${text}\``);
  return undefined;
}
