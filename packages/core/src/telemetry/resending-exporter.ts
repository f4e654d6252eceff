import { context, diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { NAME } from '../version.ts';
import type { Outcome } from './outcome-counter.ts';

const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 30_000;

/**
 * Keeps the spans that an exporter could not deliver, after all of its own tries, and sends them again: a collector
 * that is away for a minute costs none. What it refuses for good is not kept.
 */
export class ResendingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #count: (outcome: Outcome, count: number) => void;
  readonly #failed: ReadableSpan[][] = [];
  #pause = FIRST_PAUSE;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resending: Promise<void> | undefined;

  /** @param count called with what becomes of spans that were not delivered at once */
  constructor(exporter: SpanExporter, count: (outcome: Outcome, count: number) => void) {
    this.#exporter = exporter;
    this.#count = count;
  }

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

  /** How many spans wait to be sent again. */
  get size(): number {
    return this.#failed.flat().length;
  }

  /** Sends what waits now, as far as it arrives. */
  resend(): Promise<void> {
    this.#resending ??= this.#resend().finally(() => {
      this.#resending = undefined;
    });
    return this.#resending;
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    // What is on its way may fail until then.
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
      // Nobody's instrumentation of HTTP makes a span of it.
      context.with(suppressTracing(context.active()), () => this.#exporter.export(spans, resolve));
    });
  }

  /** Processes that were cut off together do not come back together. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.resend(), this.#pause * (0.8 + 0.4 * Math.random()));
    this.#timer.unref?.();
  }
}

/** The exporter gives a number for the HTTP status that it does not try again, and none for another status. */
function mayArriveLater({ code, error }: ExportResult): boolean {
  return (
    code === ExportResultCode.FAILED && typeof (error as { code?: unknown } | undefined)?.code !== 'number'
  );
}
