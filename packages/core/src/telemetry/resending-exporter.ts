import { context } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { Outcome } from './outcome-counter.ts';
import { type BatchedSpan, batchesOf, halvesOf } from './span-batches.ts';

/** Time until undelivered spans are sent again, in milliseconds. The time doubles with each failure. */
const FIRST_PAUSE = 5000;
/** Longest time until undelivered spans are sent again, in milliseconds. */
const LONGEST_PAUSE = 30_000;
/**
 * HTTP statuses with which a collector may refuse a batch because of a few spans. The halves of such a batch are sent
 * again, down to single spans.
 */
const DIVISIBLE: readonly unknown[] = [400, 413, 422];
/** Number of refusals in a row after which batches are no longer divided, because the collector refuses everything. */
const MOST_REFUSALS = 64;

/** Exporter that sends each batch in one request. */
interface BatchExporter<T> {
  export(batch: T[], done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Result of an attempt to send spans. */
interface Sent<T> {
  /** Spans that did not arrive and may arrive later. */
  readonly left: T[];
  /** Last final refusal, or a failure that may pass, or a success. */
  readonly result: ExportResult;
}

/**
 * Keeps the spans that an exporter could not deliver in all of its tries, and sends them again. So no span is lost if a
 * collector is away for a minute. Spans that the collector refuses permanently are not kept. No request is longer than
 * 1 MB, unless the request contains a single span.
 */
export class ResendingExporter<T extends BatchedSpan> {
  readonly #exporter: BatchExporter<T>;
  readonly #count: (outcome: Outcome, count: number) => void;
  readonly #failed: T[][] = [];
  readonly #sending = new Set<Promise<void>>();
  #pause = FIRST_PAUSE;
  #refusals = 0;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resending: Promise<void> | undefined;

  /**
   * Makes an exporter that sends through another exporter.
   * @param count called with the outcome and the number of spans that were not delivered by the first export
   */
  constructor(exporter: BatchExporter<T>, count: (outcome: Outcome, count: number) => void) {
    this.#exporter = exporter;
    this.#count = count;
  }

  /** Exports spans. Spans that did not arrive are kept and sent again later. */
  export(spans: T[], done: (result: ExportResult) => void): void {
    const sending = this.#export(spans).then((result) => {
      this.#sending.delete(sending);
      done(result);
    });
    this.#sending.add(sending);
  }

  /** Number of spans that wait to be sent again. */
  get size(): number {
    return this.#failed.flat().length;
  }

  /** Sends the waiting spans again, batch by batch. Stops at the first batch that does not arrive. */
  resend(): Promise<void> {
    this.#resending ??= this.#resend().finally(() => {
      this.#resending = undefined;
    });
    return this.#resending;
  }

  /** Resolves when all export requests that have begun are finished. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending);
    await this.#exporter.forceFlush?.();
  }

  /** Stops the exporter. Spans that still wait are counted as `dropped`. */
  async shutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    // Requests that are on their way may still fail before this resolves.
    await Promise.all(this.#sending);
    await this.#exporter.shutdown();
    if (this.size > 0) this.#count('dropped', this.size);
    this.#failed.length = 0;
  }

  async #export(spans: T[]): Promise<ExportResult> {
    const { left, result } = await this.#send(spans, () => {});
    if (left.length > 0) {
      this.#failed.push(left);
      this.#count('stored', left.length);
      this.#wait();
    }
    return result;
  }

  async #resend(): Promise<void> {
    for (let spans = this.#failed[0]; spans; spans = this.#failed[0]) {
      const { left } = await this.#send(spans, (count) => this.#count('replayed', count));
      if (left.length > 0) {
        this.#failed[0] = left;
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
        this.#wait();
        return;
      }
      this.#failed.shift();
      this.#pause = FIRST_PAUSE;
    }
    clearTimeout(this.#timer);
  }

  /**
   * Sends spans in requests of at most 1 MB; a single span may be longer. Spans that a collector refuses permanently
   * are counted as `dropped`.
   * @param arrived called with the number of spans of each request that arrived
   */
  async #send(spans: T[], arrived: (count: number) => void): Promise<Sent<T>> {
    const batches = batchesOf(spans);
    let failure: ExportResult | undefined;
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const result = await this.#exportNow(batch);
      if (mayArriveLater(result))
        return { left: batches.reduce((left, next) => left.concat(next), batch), result };
      if (result.code === ExportResultCode.SUCCESS) {
        this.#refusals = 0;
        arrived(batch.length);
      } else if (batch.length > 1 && this.#isDivisible(result)) batches.unshift(...halvesOf(batch));
      else {
        failure = result;
        this.#count('dropped', batch.length);
      }
    }
    return { left: [], result: failure ?? { code: ExportResultCode.SUCCESS } };
  }

  #isDivisible({ error }: ExportResult): boolean {
    return ++this.#refusals <= MOST_REFUSALS && DIVISIBLE.includes(codeOf(error));
  }

  #exportNow(spans: T[]): Promise<ExportResult> {
    return new Promise((resolve) => {
      // No instrumentation of HTTP shall make a span of this request.
      context.with(suppressTracing(context.active()), () => this.#exporter.export(spans, resolve));
    });
  }

  /**
   * Starts the timer of the next try. The time has a random part, so that processes do not all send at one moment after
   * the collector was away.
   */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.resend(), this.#pause * (0.8 + 0.4 * Math.random()));
    this.#timer.unref?.();
  }
}

/**
 * Returns whether an export has failed for a reason that may pass. If the failure is final, the exporter's error has an
 * HTTP status as its `code`.
 */
function mayArriveLater({ code, error }: ExportResult): boolean {
  return code === ExportResultCode.FAILED && typeof codeOf(error) !== 'number';
}

function codeOf(error: Error | undefined): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
