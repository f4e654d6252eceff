import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';

/** The built-in pipeline: an OTLP/HTTP exporter of ours that starts when the app has no OpenTelemetry SDK. */
export interface Pipeline {
  /** Provider of the tracer for close spans; `undefined` when spans are switched off. */
  readonly tracerProvider: TracerProvider | undefined;
  /** Provider of the meter for close metrics; `undefined` when metrics are switched off. */
  readonly meterProvider: MeterProvider | undefined;
  /**
   * Resolves to the number of spans that have not arrived. While there are some, closes wait in the queue, where they
   * take less memory than spans. A pipeline with this member also lets closes wait for each other.
   * @param retryNow whether these spans are sent again first
   */
  unsent?(retryNow: boolean): Promise<number>;
  /**
   * Fails all exports that are on their way, and while `isCancelled` all that follow. Resolves when the spans of these
   * exports count as unsent.
   * @defaultValue exports go on
   */
  cancelExports?(isCancelled: boolean): Promise<void>;
  /**
   * Sends all spans and metrics that wait.
   * @param spansOnly leaves out metrics, so that metrics that do not arrive hold no closes back
   * @param mayLag whether some exports may still be on their way: it is enough that further spans find room
   */
  forceFlush(spansOnly?: boolean, mayLag?: boolean): Promise<void>;
  /**
   * Sends or stores all spans that wait within this call, for a page that is about to go.
   * @defaultValue `forceFlush` is called
   */
  flushNow?(): void;
  /** Sends all spans and metrics that wait, then stops. */
  shutdown(): Promise<void>;
}

/** Loads and starts the built-in pipeline. */
export type StartPipeline = (options: WebSocketOptions) => Promise<Pipeline>;
