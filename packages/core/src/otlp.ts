import type { TracerProvider } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  createResource,
  exporterConfig,
  type OtlpSettings,
  type OwnProvider,
} from './telemetry/otlp-settings.ts';

export type { OtlpSettings, OwnProvider } from './telemetry/otlp-settings.ts';

/** Starts a tracer provider that sends batches over OTLP/HTTP as JSON. */
export function createTracerProvider(settings: OtlpSettings): OwnProvider<TracerProvider> {
  const exporter = new OTLPTraceExporter(exporterConfig(settings, '/v1/traces'));
  return new BasicTracerProvider({
    resource: createResource(settings),
    spanProcessors: [new BatchSpanProcessor(exporter)],
    ...(settings.sampler && { sampler: settings.sampler }),
  });
}
