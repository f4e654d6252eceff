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

/** Settings of the built-in pipeline. On Node, absent ones are read from the `OTEL_*` variables. */
export type OtlpSettings = Pick<WebSocketOptions, 'serviceName' | 'otlp' | 'sampler'> & {
  /** Resource attributes that the platform knows; `OTEL_RESOURCE_ATTRIBUTES` and `serviceName` win over them. */
  readonly attributes?: Attributes;
};

/** A provider of the built-in pipeline, without the types of the SDK that makes it. */
export type OtlpProvider<T> = T & { forceFlush(): Promise<void>; shutdown(): Promise<void> };

/**
 * Returns the exporter settings of one signal. An absent one is left to the exporter, which reads
 * `OTEL_EXPORTER_OTLP_*`.
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
 * Returns the resource of the built-in pipeline: SDK, then `attributes`, `OTEL_RESOURCE_ATTRIBUTES` and `serviceName`.
 */
export function createResource({ serviceName, attributes = {} }: OtlpSettings): Resource {
  const detected = defaultResource()
    .merge(resourceFromAttributes(attributes))
    .merge(detectResources({ detectors: [envDetector] }));
  return serviceName ? detected.merge(resourceFromAttributes({ 'service.name': serviceName })) : detected;
}
