import type { MeterProvider } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { exporterConfig, type OtlpProvider } from './telemetry/otlp-settings.ts';
import { type MetricSettings, startMeterProvider } from './telemetry/start-meter-provider.ts';

/** Starts a meter provider that sends over OTLP/HTTP as JSON, by the `fetch` of a page. */
export function createMeterProvider(settings: MetricSettings): OtlpProvider<MeterProvider> {
  return startMeterProvider(
    settings,
    new OTLPMetricExporter({
      ...exporterConfig(settings, '/v1/metrics'),
      ...(settings.delta && { temporalityPreference: AggregationTemporality.DELTA }),
    }),
  );
}
