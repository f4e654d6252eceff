import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createResource, exporterConfig, type OtlpSettings } from './otlp.ts';

/** Starts a meter provider that sends over OTLP/HTTP as JSON, each `exportIntervalMillis`. */
export function createMeterProvider(settings: OtlpSettings, exportIntervalMillis = 60_000): MeterProvider {
  return new MeterProvider({
    resource: createResource(settings),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(exporterConfig(settings, '/v1/metrics')),
        exportIntervalMillis,
        exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
      }),
    ],
  });
}
