import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { WebSocketOptions } from './options.ts';

/** What both pipelines are made from. */
export type OtlpSettings = Pick<WebSocketOptions, 'serviceName' | 'otlp' | 'sampler'> & {
  /** What the platform detected; `serviceName` wins over it. */
  readonly resource?: Resource;
  /** Put before the exporter's own `User-Agent`, where the platform lets it. */
  readonly userAgent?: string;
};

/** Exporter settings of one signal; without an address the exporter's own defaults hold, environment included. */
export function exporterConfig(
  { otlp, userAgent }: OtlpSettings,
  path: string,
): { url?: string; headers?: Record<string, string>; userAgent?: string } {
  const { url, headers } = otlp || {};
  return {
    ...(userAgent && { userAgent }),
    ...(url && { url: url.replace(/\/+$/, '') + path }),
    ...(headers && { headers: { ...headers } }),
  };
}

/** The resource of our own pipelines. */
export function createResource({ serviceName, resource }: OtlpSettings): Resource {
  const detected = resource ? defaultResource().merge(resource) : defaultResource();
  return serviceName ? detected.merge(resourceFromAttributes({ 'service.name': serviceName })) : detected;
}

/** Starts a tracer provider that sends batches over OTLP/HTTP as JSON. */
export function createTracerProvider(settings: OtlpSettings): BasicTracerProvider {
  const exporter = new OTLPTraceExporter(exporterConfig(settings, '/v1/traces'));
  return new BasicTracerProvider({
    resource: createResource(settings),
    spanProcessors: [new BatchSpanProcessor(exporter)],
    ...(settings.sampler && { sampler: settings.sampler }),
  });
}
