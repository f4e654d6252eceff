import type { MeterProvider } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { exporterConfig, type OtlpProvider } from './telemetry/otlp-settings.ts';
import { type MetricSettings, startMeterProvider } from './telemetry/start-meter-provider.ts';

/** Starts a meter provider for a page. The provider sends metrics over OTLP/HTTP as JSON, with `fetch`. */
export function createMeterProvider(settings: MetricSettings): OtlpProvider<MeterProvider> {
  return startMeterProvider(
    settings,
    new OTLPMetricExporter({
      ...exporterConfig(settings, '/v1/metrics'),
      ...(settings.delta && { temporalityPreference: AggregationTemporality.DELTA }),
    }),
  );
}
