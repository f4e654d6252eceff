/**
 * The metrics of a page: loaded for `metrics: true`.
 * Apps import `@closespan/browser` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import {
  ATTR_ERROR_TYPE,
  ATTR_OUTCOME,
  ATTR_URL_TEMPLATE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  type WebSocketOptions,
} from '@closespan/core';
import type { OtlpProvider } from '@closespan/core/otlp';
import { createMeterProvider } from '@closespan/core/otlp-metrics';
import type { MeterProvider } from '@opentelemetry/api';

/** A meter provider of the built-in pipeline, whose metrics can be sent at once. */
export type PageMeterProvider = OtlpProvider<MeterProvider>;

/** The only labels of a page's metrics. Each label multiplies the streams of metrics, and each page has streams of its own. */
const LABELS = [
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_ERROR_TYPE,
  ATTR_URL_TEMPLATE,
  ATTR_OUTCOME,
];

/** Starts the metrics of a page, with delta temporality: cumulative sums of pages that come and go are of no use. */
export function createPageMeterProvider(options: WebSocketOptions): PageMeterProvider {
  return createMeterProvider({ ...options, delta: true, labels: LABELS });
}
