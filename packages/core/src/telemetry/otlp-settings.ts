import type { Attributes } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { WebSocketOptions } from '../options.ts';
import { signalUrl } from './signal-url.ts';

/** What both pipelines are made from. */
export type OtlpSettings = Pick<WebSocketOptions, 'serviceName' | 'otlp' | 'sampler'> & {
  /** Of the resource: what the platform knows. `OTEL_RESOURCE_ATTRIBUTES` and `serviceName` win over it. */
  readonly attributes?: Attributes;
  /** Put before the exporter's own `User-Agent`, where the platform lets it. */
  readonly userAgent?: string;
};

/** A provider of our own pipeline; the SDK's types stay inside. */
export type OtlpProvider<T> = T & { forceFlush(): Promise<void>; shutdown(): Promise<void> };

/** Exporter settings of one signal; without an address the exporter's own defaults hold, environment included. */
export function exporterConfig(
  { otlp, userAgent }: OtlpSettings,
  path: Parameters<typeof signalUrl>[1],
): { url?: string; headers?: Record<string, string>; userAgent?: string } {
  const { url, headers } = otlp || {};
  return {
    ...(userAgent && { userAgent }),
    ...(url && { url: signalUrl(url, path) }),
    ...(headers && { headers: { ...headers } }),
  };
}

/** The resource of our own pipelines. */
export function createResource({ serviceName, attributes = {} }: OtlpSettings): Resource {
  const detected = defaultResource()
    .merge(resourceFromAttributes(attributes))
    .merge(detectResources({ detectors: [envDetector] }));
  return serviceName ? detected.merge(resourceFromAttributes({ 'service.name': serviceName })) : detected;
}
