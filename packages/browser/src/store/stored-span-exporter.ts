import { guard, listen, NAME, registeredMeterProvider, SCHEMA, VERSION } from '@closespan/browser/recording';
import { createOutcomeCounter } from '@closespan/core/platform';
import type { MeterProvider } from '@opentelemetry/api';
import { createDelivery, type Delivery } from './delivery.ts';
import { inTime } from './in-time.ts';
import { openSpanStore } from './open-span-store.ts';
import { type ReadableSpanLike, toReadable, toStored } from './readable-spans.ts';
import { DEFAULT_BOUNDS } from './span-rows.ts';
import { type Sent, type SpanSender, sentOf } from './span-sender.ts';
import type { StoredSpan } from './stored-spans.ts';

/** Result of an export. OpenTelemetry's `ExportResult` has the same shape. */
export interface ExportResultLike {
  /** 0 for success, 1 for failure. */
  code: number;
  /** Reason of a failure. */
  error?: Error;
}

/** An exporter of spans. OpenTelemetry's `SpanExporter` has the same shape. */
export interface SpanExporterLike {
  /** Exports ended spans, and calls `resultCallback` once with the result. */
  export(spans: ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void;
  /** Resolves when all exports that began before the call have ended. */
  forceFlush?(): Promise<void>;
  /** Stops the exporter, so that later exports fail. Resolves when the exporter has stopped. */
  shutdown(): Promise<void>;
}

/** Options of a `StoredSpanExporter`. Every option is optional. */
export interface StoredSpanExporterOptions {
  /**
   * Name of the IndexedDB database. Pages and workers of one origin share the databases, so use one name for each
   * receiver.
   * @defaultValue `closespan`
   */
  readonly name?: string;
  /**
   * Largest number of JSON characters that the database keeps. Above this limit the oldest normal spans are dropped
   * first, then the oldest abnormal spans.
   * @defaultValue 4,194,304: about 4000 closes
   */
  readonly maxSize?: number;
  /**
   * Milliseconds after which spans are dropped if they cannot be exported at once.
   * @defaultValue 259,200,000: three days
   */
  readonly maxAge?: number;
  /**
   * Meter provider for the metric `websocket.telemetry.records`, which counts closes that are stored, replayed or
   * dropped.
   * @defaultValue the meter provider that is registered with OpenTelemetry
   */
  readonly meterProvider?: MeterProvider;
}

/**
 * Most spans in the last export of a page. Browsers allow 64 KiB to such requests, which is enough for about 60 spans
 * as JSON.
 */
const LEAVING_SPANS = 50;
/** Longest time of one export, in milliseconds. OpenTelemetry's batch processor waits as long. */
const EXPORT_MILLIS = 30_000;

/**
 * Keeps spans in IndexedDB until an exporter of yours has delivered them. Spans whose export failed are exported again,
 * even after a reload of the page or a restart of the browser.
 * @example new BatchSpanProcessor(new StoredSpanExporter(new OTLPTraceExporter({ url })))
 */
export class StoredSpanExporter implements SpanExporterLike {
  readonly #exporter: SpanExporterLike;
  readonly #delivery: Delivery;
  readonly #stopListening: () => void;
  #leaving = false;

  /**
   * Wraps an exporter, which sends the stored spans.
   * @throws TypeError when `exporter` has no method `export`
   */
  constructor(exporter: SpanExporterLike, options: StoredSpanExporterOptions = {}) {
    if (typeof exporter?.export !== 'function') {
      throw new TypeError(
        `Expected \`exporter\` to be a span exporter, got \`${exporter}\` (${typeof exporter})`,
      );
    }
    const {
      name = NAME,
      maxSize = DEFAULT_BOUNDS.maxSize,
      maxAge = DEFAULT_BOUNDS.maxAge,
      meterProvider,
    } = options;
    this.#exporter = exporter;
    const sender = createExporterSender(exporter);
    this.#delivery = createDelivery({
      store: openSpanStore(name, sender.timeout),
      sender,
      bounds: { maxSize, maxAge },
      count(outcome, count) {
        const meter = (meterProvider ?? registeredMeterProvider())?.getMeter(NAME, VERSION, { ...SCHEMA });
        createOutcomeCounter(meter)(outcome, count);
      },
    });
    this.#stopListening = listen(globalThis, {
      // In the capture phase, ahead of listeners of others: they may export.
      pagehide: () => {
        this.#leaving = true;
        guard('pagehide', this.#delivery.flushNow);
      },
      pageshow: () => {
        this.#leaving = false;
      },
    });
  }

  /** Accepts ended spans, and calls `resultCallback` with success once the spans are delivered or stored. */
  export(spans: ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void {
    this.#delivery.add(guard('span', () => spans.map(toStored), []));
    if (this.#leaving || globalThis.document?.visibilityState === 'hidden') {
      this.#delivery.flushNow();
      resultCallback({ code: 0 });
      return;
    }
    void this.#delivery.flush().then(() => resultCallback({ code: 0 }));
  }

  /**
   * Exports all spans that were passed before the call. Resolves when each span is delivered, or is kept because its
   * export failed.
   */
  async forceFlush(): Promise<void> {
    await this.#delivery.flush();
    await this.#exporter.forceFlush?.();
  }

  /** Exports all waiting spans, stops, and shuts down the wrapped exporter. */
  async shutdown(): Promise<void> {
    this.#stopListening();
    await this.#delivery.shutdown();
    await this.#exporter.shutdown();
  }
}

function createExporterSender(exporter: SpanExporterLike): SpanSender {
  const send = (spans: readonly StoredSpan[]) =>
    inTime(
      new Promise<Sent>((resolve) => {
        exporter.export(toReadable(spans), (result) => resolve(sentBy(result)));
      }),
      EXPORT_MILLIS,
    ).catch((): Sent => ({ outcome: 'failed' }));
  return {
    timeout: EXPORT_MILLIS,
    send,
    sendLeaving(spans) {
      const taken = Math.min(spans.length, LEAVING_SPANS);
      return [taken, send(spans.slice(0, taken))];
    },
  };
}

/**
 * Returns the result of an export. OTLP exporters write the HTTP status into the `code` of the error, or into its
 * message.
 */
function sentBy({ code, error }: ExportResultLike): Sent {
  if (code === 0) return { outcome: 'delivered' };
  const [, status] = /non-retryable status (\d{3})/.exec(error?.message ?? '') ?? [];
  return sentOf(Number(status ?? (error as { code?: unknown } | undefined)?.code));
}
