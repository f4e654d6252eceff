import type { MeterProvider, SpanContext } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import type { CloseSpan } from '../span/close-span.ts';
import type { CloseTracerProvider } from '../span/close-tracer.ts';

/** The built-in pipeline: an OTLP/HTTP exporter that closespan starts when the app has no OpenTelemetry SDK. */
export interface Pipeline {
  /** Provider of the tracer for close spans. `undefined` if spans are switched off, or if `addSpan` makes all spans. */
  readonly tracerProvider: CloseTracerProvider | undefined;
  /**
   * Exports a close span without a tracer, which takes less time. Returns `false` if only the tracer can make this span, or
   * if the span is not sampled.
   * @param end gets the ids of the span
   * @defaultValue the tracer makes all spans
   */
  addSpan?(span: CloseSpan, end?: { span?: SpanContext | undefined }): boolean;
  /** Provider of the meter for close metrics. `undefined` if metrics are switched off. */
  readonly meterProvider: MeterProvider | undefined;
  /**
   * Resolves to the number of undelivered spans. While there are undelivered spans, closes wait in the queue, because a
   * close takes less memory than a span. If this function exists, a close may also wait for further closes.
   * @param retryNow if `true`, undelivered spans are first sent again
   */
  unsent?(retryNow: boolean): Promise<number>;
  /**
   * Returns whether closes must wait while there are undelivered spans. Closes need not wait for spans that fail alone,
   * although others arrive.
   * @defaultValue closes wait
   */
  isAway?(): boolean;
  /**
   * Makes all unfinished exports fail. Resolves when the spans of these exports are counted as undelivered.
   * @param isCancelled if `true`, later exports fail, too; `false` allows later exports again
   * @defaultValue exports cannot be cancelled
   */
  cancelExports?(isCancelled: boolean): Promise<void>;
  /**
   * Sends all waiting spans and metrics.
   * @param spansOnly if `true`, metrics are left out, so that undelivered metrics do not make closes wait
   * @param mayLag if `true`, resolves when there is room for further spans, although some exports may be unfinished
   */
  forceFlush(spansOnly?: boolean, mayLag?: boolean): Promise<void>;
  /**
   * Sends or stores all waiting spans before the function returns. Meant for a page that is about to be unloaded, and
   * for a process that is about to end. Returns `true` if the spans were stored and are no longer waiting.
   * @defaultValue the caller calls `forceFlush`
   */
  flushNow?(): unknown;
  /** Sends all waiting spans and metrics, then stops the pipeline. */
  shutdown(): Promise<void>;
}

/** Loads and starts the built-in pipeline (closespan's OTLP/HTTP exporter). */
export type StartPipeline = (options: WebSocketOptions) => Promise<Pipeline>;
