import { context, diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { NAME } from '../version.ts';
import type { Outcome } from './outcome-counter.ts';

/** Milliseconds until undelivered spans are sent again; doubles with each failure. */
const FIRST_PAUSE = 5000;
/** Milliseconds that the pause does not exceed. */
const LONGEST_PAUSE = 30_000;

/**
 * Keeps the spans that an exporter could not deliver in all of its tries, and sends them again: a collector that is
 * away for a minute costs no span. Spans that the collector refuses for good are not kept.
 */
export class ResendingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #count: (outcome: Outcome, count: number) => void;
  readonly #failed: ReadableSpan[][] = [];
  #pause = FIRST_PAUSE;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resending: Promise<void> | undefined;

  /** @param count called with outcome and number of spans that were not delivered at once */
  constructor(exporter: SpanExporter, count: (outcome: Outcome, count: number) => void) {
    this.#exporter = exporter;
    this.#count = count;
  }

  /** Exports a batch; one that did not arrive is kept, and sent again later. */
  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (mayArriveLater(result)) {
        this.#failed.push(spans);
        this.#count('stored', spans.length);
        this.#wait();
      } else if (result.code === ExportResultCode.FAILED) this.#count('dropped', spans.length);
      done(result);
    });
  }

  /** Number of spans that wait to be sent again. */
  get size(): number {
    return this.#failed.flat().length;
  }

  /** Sends the waiting spans again, until the first batch that does not arrive. */
  resend(): Promise<void> {
    this.#resending ??= this.#resend().finally(() => {
      this.#resending = undefined;
    });
    return this.#resending;
  }

  /** Resolves when the requests on their way have ended. */
  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  /** Stops. Spans that still wait are counted as `dropped`. */
  async shutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    // Requests that are on their way may still fail before this resolves.
    await this.#exporter.shutdown();
    if (this.size > 0) this.#count('dropped', this.size);
    this.#failed.length = 0;
  }

  async #resend(): Promise<void> {
    for (let spans = this.#failed[0]; spans; spans = this.#failed[0]) {
      const result = await this.#exportNow(spans);
      if (mayArriveLater(result)) {
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
        this.#wait();
        return;
      }
      const refused = result.code === ExportResultCode.FAILED;
      if (refused) diag.error(`${NAME}: ${spans.length} closes refused`, result.error);
      this.#count(refused ? 'dropped' : 'replayed', spans.length);
      this.#failed.shift();
      this.#pause = FIRST_PAUSE;
    }
    clearTimeout(this.#timer);
  }

  #exportNow(spans: ReadableSpan[]): Promise<ExportResult> {
    return new Promise((resolve) => {
      // No instrumentation of HTTP shall make a span of this request.
      context.with(suppressTracing(context.active()), () => this.#exporter.export(spans, resolve));
    });
  }

  /** Starts the timer of the next try. Its random part keeps processes apart that lost the collector together. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.resend(), this.#pause * (0.8 + 0.4 * Math.random()));
    this.#timer.unref?.();
  }
}

/**
 * Returns whether a failure may pass. For an HTTP status that is final the exporter's error has a number as its `code`.
 */
function mayArriveLater({ code, error }: ExportResult): boolean {
  return (
    code === ExportResultCode.FAILED && typeof (error as { code?: unknown } | undefined)?.code !== 'number'
  );
}
