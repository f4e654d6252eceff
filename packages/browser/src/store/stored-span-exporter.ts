import { guard, NAME, VERSION } from '@closespan/core/platform';
import { createOutcomeCounter } from '@closespan/core/recording';
import { type MeterProvider, metrics } from '@opentelemetry/api';
import { createDelivery, type Delivery } from './delivery.ts';
import { DEFAULT_BOUNDS } from './span-rows.ts';
import { type Sent, type SpanSender, sentOf } from './span-sender.ts';
import { openSpanStore } from './span-store.ts';
import type { ReadableSpanLike } from './stored-spans.ts';

/** The result of an export. OpenTelemetry's `ExportResult` has this shape. */
export interface ExportResultLike {
  /** 0 for success, 1 for failure. */
  code: number;
  /** The reason of a failure. */
  error?: Error;
}

/** An exporter of spans. OpenTelemetry's `SpanExporter` has this shape. */
export interface SpanExporterLike {
  /** Exports ended spans, and calls back once with the result. */
  export(spans: ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void;
  /** Resolves when all exports that have begun are over. */
  forceFlush?(): Promise<void>;
  /** Resolves when the exporter has stopped; later exports fail. */
  shutdown(): Promise<void>;
}

/** Options of a `StoredSpanExporter`; each of them may be left out. */
export interface StoredSpanExporterOptions {
  /**
   * Name of the IndexedDB database. All pages and workers of the origin share a database by its name, so give each
   * receiver its own.
   * @defaultValue `closespan`
   */
  readonly name?: string;
  /**
   * Most characters of JSON that the database keeps. Beyond them the oldest normal spans are dropped, then the oldest.
   * @defaultValue 4,194,304: some 4000 closes
   */
  readonly maxSize?: number;
  /**
   * Milliseconds after which spans are dropped.
   * @defaultValue 259,200,000: three days
   */
  readonly maxAge?: number;
  /**
   * Provider of the meter for `websocket.telemetry.records`, which counts closes that are stored, replayed or dropped.
   * @defaultValue the registered provider
   */
  readonly meterProvider?: MeterProvider;
}

/** Most spans in the last export of a page: browsers allow 64 KiB to its requests, which hold some 60 spans as JSON. */
const LEAVING_SPANS = 50;

/**
 * Wraps an exporter of yours, and keeps spans in IndexedDB until the exporter has delivered them. Spans whose export
 * fails are exported again, also after a reload of the page and a restart of the browser.
 * @example new BatchSpanProcessor(new StoredSpanExporter(new OTLPTraceExporter({ url })))
 */
export class StoredSpanExporter implements SpanExporterLike {
  readonly #exporter: SpanExporterLike;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  #leaving = false;

  /**
   * Wraps an exporter.
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
    this.#delivery = createDelivery({
      name,
      store: openSpanStore(name),
      sender: createExporterSender(exporter),
      bounds: { maxSize, maxAge },
      count(outcome, count) {
        const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(NAME, VERSION);
        createOutcomeCounter(meter)(outcome, count);
      },
    });
    // In the capture phase, ahead of listeners of others: they may export.
    const first = { capture: true, signal: this.#stop.signal };
    const leave = () => {
      this.#leaving = true;
      guard('pagehide', this.#delivery.flushNow, undefined);
    };
    const stay = () => {
      this.#leaving = false;
    };
    globalThis.addEventListener?.('pagehide', leave, first);
    globalThis.addEventListener?.('pageshow', stay, first);
  }

  /** Takes ended spans, and calls back with success as soon as they are delivered or stored. */
  export(spans: ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void {
    this.#delivery.add(spans);
    if (this.#leaving || globalThis.document?.visibilityState === 'hidden') {
      this.#delivery.flushNow();
      resultCallback({ code: 0 });
      return;
    }
    void this.#delivery.flush().then(() => resultCallback({ code: 0 }));
  }

  /** Resolves when all spans so far are delivered, or are kept because their export failed. */
  async forceFlush(): Promise<void> {
    await this.#delivery.flush();
    await this.#exporter.forceFlush?.();
  }

  /** Exports all spans that wait, stops, and shuts the wrapped exporter down. */
  async shutdown(): Promise<void> {
    this.#stop.abort();
    await this.#delivery.shutdown();
    await this.#exporter.shutdown();
  }
}

function createExporterSender(exporter: SpanExporterLike): SpanSender {
  const send = (spans: readonly ReadableSpanLike[]) =>
    new Promise<Sent>((resolve) => {
      exporter.export([...spans], (result) => resolve(sentBy(result)));
    }).catch((): Sent => ({ outcome: 'failed' }));
  return {
    send,
    sendLeaving(spans) {
      const taken = Math.min(spans.length, LEAVING_SPANS);
      return [taken, send(spans.slice(0, taken))];
    },
  };
}

/** Reads how an export ended. OTLP exporters put the HTTP status into the error's `code`, or into its message. */
function sentBy({ code, error }: ExportResultLike): Sent {
  if (code === 0) return { outcome: 'delivered' };
  const [, status] = /non-retryable status (\d{3})/.exec(error?.message ?? '') ?? [];
  return sentOf(Number(status ?? (error as { code?: unknown } | undefined)?.code));
}
