import type { Attributes } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { OtlpOptions, WebSocketOptions } from '../options.ts';
import { signalUrl } from './signal-url.ts';

/**
 * Settings of the built-in pipeline (closespan's OTLP/HTTP exporter). On Node, absent settings are read from the
 * `OTEL_*` variables.
 */
export type OtlpSettings = Pick<WebSocketOptions, 'serviceName' | 'otlp' | 'sampler'> & {
  /**
   * Resource attributes that the platform knows. `OTEL_RESOURCE_ATTRIBUTES` and `serviceName` override these
   * attributes.
   */
  readonly attributes?: Attributes;
};

/**
 * Provider of the built-in pipeline (closespan's OTLP/HTTP exporter). This type does not use the types of the
 * OpenTelemetry SDK.
 */
export type OtlpProvider<T> = T & { forceFlush(): Promise<void>; shutdown(): Promise<void> };

/**
 * Returns the exporter's settings for one signal: spans or metrics. For absent settings, the exporter reads the
 * variables `OTEL_EXPORTER_OTLP_*`.
 */
export function exporterConfig(
  { otlp }: OtlpSettings,
  path: Parameters<typeof signalUrl>[1],
): { url?: string; headers?: Record<string, string> } {
  // Without a prototype, to which somebody may have added a `url`.
  const { url, headers }: OtlpOptions = otlp || Object.create(null);
  return Object.assign(Object.create(null), {
    ...(url && { url: signalUrl(url, path) }),
    ...(headers && { headers: { ...headers } }),
  });
}

/**
 * Returns the resource of the built-in pipeline (closespan's OTLP/HTTP exporter). Later sources override earlier
 * sources: the SDK, `attributes`, `OTEL_RESOURCE_ATTRIBUTES`, `serviceName`.
 */
export function createResource({ serviceName, attributes = {} }: OtlpSettings): Resource {
  const detected = defaultResource()
    .merge(resourceFromAttributes(attributes))
    .merge(detectResources({ detectors: [envDetector] }));
  return serviceName ? detected.merge(resourceFromAttributes({ 'service.name': serviceName })) : detected;
}
