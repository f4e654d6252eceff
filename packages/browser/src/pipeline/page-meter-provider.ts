/**
 * Makes the metrics of a page. The module is loaded if the option `metrics` is `true`.
 * Apps import `@closespan/browser` instead. Names that this module exports may change in any release.
 * @internal
 * @module
 */
import {
  ATTR_ERROR_TYPE,
  ATTR_OUTCOME,
  ATTR_URL_TEMPLATE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  type WebSocketOptions,
} from '@closespan/core';
import type { OtlpProvider } from '@closespan/core/otlp';
import { createMeterProvider } from '@closespan/core/otlp-metrics';
import type { Attributes, MeterProvider } from '@opentelemetry/api';

/** Meter provider of the built-in pipeline. `forceFlush()` sends the metrics at once. */
export type PageMeterProvider = OtlpProvider<MeterProvider>;

/**
 * Labels that the metrics of a page keep; all others are left out. Each label multiplies the number of time series, and
 * each page adds its time series.
 */
const LABELS = [
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_ERROR_TYPE,
  ATTR_URL_TEMPLATE,
  ATTR_OUTCOME,
];

/**
 * Makes the meter provider of a page with the given resource attributes, with delta temporality. Cumulative sums are of no use for pages that live for a
 * short time.
 * @param fetchAtLoad the scope's `fetch` when closespan was loaded. @defaultValue the present `fetch`
 */
export function createPageMeterProvider(
  options: WebSocketOptions,
  attributes: Attributes,
  fetchAtLoad?: typeof fetch,
): PageMeterProvider {
  return createMeterProvider({ ...options, fetchAtLoad, attributes, delta: true, labels: LABELS });
}
