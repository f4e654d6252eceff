import { context } from '@opentelemetry/api';
import { type ExportResult, suppressTracing } from '@opentelemetry/core';
import type { Outcome } from '../metrics/outcome-counter.ts';
import { createDividedExport, type DividedExport } from './divided-export.ts';
import { createRetrySchedule, type RetrySchedule, type StartWait } from './retry-schedule.ts';
import { type BatchedSpan, spanDivision } from './span-batches.ts';
import type { TrackedSpans } from './tracked-spans.ts';
import { createUndelivered, type Undelivered } from './undelivered.ts';

/** Exporter that sends each batch in one request. */
interface BatchExporter<T> {
  export(batch: T[], done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Keeps the spans that an exporter could not deliver in all of its tries, and sends them again. So no span is lost if a
 * collector is away for a minute. Spans that the collector refuses permanently are not kept. No request is longer than
 * 1 MB, unless the request contains a single span.
 */
export class ResendingExporter<T extends BatchedSpan> {
  readonly #exporter: BatchExporter<T>;
  readonly #count: (outcome: Outcome, count: number) => void;
  readonly #tracked: TrackedSpans<T> | undefined;
  readonly #divided: DividedExport<T[]>;
  readonly #undelivered: Undelivered<T>;
  readonly #sending = new Set<Promise<void>>();
  readonly #schedule: RetrySchedule;
  #resending: Promise<void> | undefined;

  /**
   * Makes an exporter that sends through another exporter.
   * @param startWait starts the wait for the next try
   * @param count called with the outcome and the number of spans that were not delivered by the first export
   * @param refused called with the number of spans that are lost, although the collector is there
   * @param tracked set of undelivered spans, from which spans may be taken to be stored elsewhere. If absent, no span is
   * taken
   */
  constructor(
    exporter: BatchExporter<T>,
    startWait: StartWait,
    count: (outcome: Outcome, count: number) => void,
    refused: (count: number) => void,
    tracked?: TrackedSpans<T>,
  ) {
    const dropped = (spans: T[]) => {
      tracked?.settle(spans);
      count('dropped', spans.length);
      refused(spans.length);
    };
    this.#exporter = exporter;
    this.#schedule = createRetrySchedule(startWait, () => void this.resend());
    this.#count = count;
    this.#tracked = tracked;
    this.#undelivered = createUndelivered<T>(dropped);
    this.#divided = createDividedExport(spanDivision<T>(), {
      exportNow(spans, done) {
        // No instrumentation of HTTP shall make a span of this request.
        context.with(suppressTracing(context.active()), () => exporter.export(spans, done));
      },
      refused: dropped,
    });
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
    return this.#undelivered.size();
  }

  /** Returns whether further spans must wait because nothing arrives. Spans that fail alone do not count. */
  isAway(): boolean {
    return this.#undelivered.isAway();
  }

  /**
   * Sends the waiting spans again. Begins with a single span, and stops if that span does not arrive. A batch that fails
   * although other spans arrive is divided.
   */
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
    this.#schedule.stop();
    // Requests that are on their way may still fail before this resolves.
    await Promise.all([...this.#sending, this.#resending]);
    await this.#exporter.shutdown();
    const lost = this.#undelivered.clear();
    if (lost > 0) this.#count('dropped', lost);
  }

  /** Forgets all spans that wait to be sent again, because they were taken. */
  forgetTaken(): void {
    this.#undelivered.clear();
  }

  /** Sends the spans that were not taken. */
  #send(spans: T[], arrived: (count: number) => void = () => {}): ReturnType<DividedExport<T[]>> {
    return this.#divided(this.#withoutTaken(spans), (batch) => {
      this.#tracked?.settle(batch);
      this.#undelivered.noteArrival();
      arrived(batch.length);
    });
  }

  #withoutTaken(spans: T[]): T[] {
    return this.#tracked?.withoutTaken(spans) ?? spans;
  }

  async #export(spans: T[]): Promise<ExportResult> {
    const { left, result } = await this.#send(spans);
    const failed = this.#withoutTaken(left.flat());
    if (failed.length > 0) {
      this.#undelivered.add(failed);
      this.#count('stored', failed.length);
      this.#schedule.wait(retryAfterOf(result));
    }
    return result;
  }

  async #resend(): Promise<void> {
    this.#schedule.end();
    let retryAfter: number | undefined;
    const isDone = await this.#undelivered.resend(async (spans) => {
      const { left, result } = await this.#send(spans, (count) => this.#count('replayed', count));
      retryAfter = retryAfterOf(result);
      return { left: left.flat(), mayGoOn: retryAfter === undefined };
    });
    this.#schedule.note(isDone);
    if (this.size > 0) this.#schedule.wait(retryAfter);
  }
}

function retryAfterOf({ error }: ExportResult): number | undefined {
  return (error as { retryAfter?: number } | undefined)?.retryAfter;
}
