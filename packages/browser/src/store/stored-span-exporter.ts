import { guard, NAME, VERSION } from '@closespan/core/platform';
import { createOutcomeCounter } from '@closespan/core/recording';
import { type MeterProvider, metrics } from '@opentelemetry/api';
import { createDelivery, type Delivery } from './delivery.ts';
import { DEFAULT_BOUNDS } from './span-rows.ts';
import { type Sent, type SpanSender, sentOf } from './span-sender.ts';
import { openSpanStore } from './span-store.ts';
import type { ReadableSpanLike } from './stored-spans.ts';

/** The result of an export, by shape: 0 is success. */
export interface ExportResultLike {
  code: number;
  error?: Error;
}

/** OpenTelemetry's `SpanExporter`, by shape. */
export interface SpanExporterLike {
  export(spans: ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** How much a `StoredSpanExporter` keeps, and where. */
export interface StoredSpanExporterOptions {
  /** Of the IndexedDB database: one for each receiver, since pages share them by name. @defaultValue `closespan` */
  readonly name?: string;
  /** Of what waits, in characters of JSON. @defaultValue 4 Mi, some 4000 closes */
  readonly maxSize?: number;
  /** Milliseconds after which spans are given up. @defaultValue three days */
  readonly maxAge?: number;
  /** Gets `websocket.telemetry.records`. @defaultValue the global one */
  readonly meterProvider?: MeterProvider;
}

/** A leaving page's requests may hold 60 KiB, which is some 60 spans as JSON. */
const LEAVING_SPANS = 50;

/**
 * Gives an exporter of yours a memory that outlives the page: spans that it fails to export are kept and tried again,
 * after a reload and a restart of the browser, too.
 * @example new BatchSpanProcessor(new StoredSpanExporter(new OTLPTraceExporter({ url })))
 */
export class StoredSpanExporter implements SpanExporterLike {
  readonly #exporter: SpanExporterLike;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  #leaving = false;

  /** @throws TypeError when `exporter` has no method `export` */
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
    // Before those of others, who may export in theirs.
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

  /** Succeeds as soon as the spans are delivered or stored. */
  export(spans: ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void {
    this.#delivery.add(spans);
    if (this.#leaving || globalThis.document?.visibilityState === 'hidden') {
      this.#delivery.flushNow();
      resultCallback({ code: 0 });
      return;
    }
    void this.#delivery.flush().then(() => resultCallback({ code: 0 }));
  }

  /** Resolves when all spans so far are delivered, or that failed and they are kept. */
  async forceFlush(): Promise<void> {
    await this.#delivery.flush();
    await this.#exporter.forceFlush?.();
  }

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

/** OTLP exporters tell of a status in the error's `code`, or in its text. */
function sentBy({ code, error }: ExportResultLike): Sent {
  if (code === 0) return { outcome: 'delivered' };
  const [, status] = /non-retryable status (\d{3})/.exec(error?.message ?? '') ?? [];
  return sentOf(Number(status ?? (error as { code?: unknown } | undefined)?.code));
}
