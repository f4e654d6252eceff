import { diag, NAME } from '@closespan/browser/recording';
import type { Attributes } from '@opentelemetry/api';
import type { BrowserWebSocketOptions } from '../browser-options.ts';
import type { OtlpFormat } from './otlp-sender.ts';
import type { PageMeterProvider } from './page-meter-provider.ts';

/**
 * Loads the protobuf format, which contains OpenTelemetry's serializer. Resolves to `undefined` if the chunk cannot be
 * loaded.
 */
export function loadProtobuf(): Promise<OtlpFormat | undefined> {
  return import('@closespan/browser/protobuf').then(
    ({ PROTOBUF_FORMAT }) => PROTOBUF_FORMAT,
    (error) => void diag.warn(`${NAME}: spans are sent as JSON, protobuf is not loaded`, error),
  );
}

/**
 * Loads the code for the metrics of a page, which contains OpenTelemetry's metrics SDK, and starts the metrics. Resolves
 * to `undefined` if the chunk cannot be loaded, or if the start fails.
 * @param attributes attributes of the resource
 */
export function startMetrics(
  options: BrowserWebSocketOptions,
  attributes: Attributes,
  fetchAtLoad: typeof fetch | undefined,
): Promise<PageMeterProvider | undefined> {
  return import('@closespan/browser/metrics')
    .then(({ createPageMeterProvider }) => createPageMeterProvider(options, attributes, fetchAtLoad))
    .catch((error) => void diag.error(`${NAME}: metrics not loaded`, error));
}
