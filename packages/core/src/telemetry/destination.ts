import type { Meter } from '@opentelemetry/api';
import { guard } from '../guard.ts';
import { logFailures } from '../log-failures.ts';
import type { WebSocketOptions } from '../options.ts';
import type { ChainEnd } from '../record/chain.ts';
import { diag } from '../registered-api.ts';
import { SCHEMA } from '../schema-url.ts';
import type { CloseSpan } from '../span/close-span.ts';
import type { CloseTracer } from '../span/close-tracer.ts';
import { NAME, VERSION } from '../version.ts';
import { createAppProviders } from './app-providers.ts';
import type { Pipeline, StartPipeline } from './pipeline.ts';

/**
 * Chooses the providers that receive spans and metrics: given providers, else registered ones, else the built-in
 * pipeline (closespan's OTLP/HTTP exporter).
 */
export interface Destination {
  /** Tracer that the last call of `find` found. `undefined` if there was none. */
  readonly tracer: CloseTracer | undefined;
  /**
   * Exports a close span without a tracer. Returns `false` if the last call of `find` chose another tracer than that of
   * the built-in pipeline (closespan's OTLP/HTTP exporter), or if the pipeline needs its tracer for this span.
   * @param end gets the ids of the span
   */
  addSpan(span: CloseSpan, end: ChainEnd | undefined): boolean;
  /** Whether close spans have a destination: a tracer, or `addSpan`. */
  readonly makesSpans: boolean;
  /** Meter that the last call of `find` found. `undefined` if there was none. */
  readonly meter: Meter | undefined;
  /**
   * Whether a close may wait for further closes. `true` if the last call of `find` chose the built-in pipeline
   * (closespan's OTLP/HTTP exporter) for spans and metrics. The app could shut down another provider before the closes
   * are written.
   */
  readonly mayWait: boolean;
  /** Whether the last call of `find` found a tracer of the app: one that is given or registered. */
  readonly isOthers: boolean;
  /**
   * Looks for providers again; the call is cheap. Returns `true` if there is one, or if the option `otlp: false` needs
   * none.
   */
  find(): boolean;
  /**
   * Starts the built-in pipeline (closespan's OTLP/HTTP exporter). Resolves when the start is over: the next call of
   * `find` finds whether the pipeline runs. Never rejects.
   */
  load(): Promise<void>;
  /** Starts the built-in pipeline (closespan's OTLP/HTTP exporter) before the function returns, if none runs. */
  startNow(start: () => Pipeline): void;
  /**
   * Resolves to whether closes may be written. Closes must wait while the built-in pipeline (closespan's OTLP/HTTP
   * exporter) has undelivered spans. Closes need not wait if spans are sent to another provider.
   * @param retryNow if `true`, undelivered spans are first sent again
   */
  ready(retryNow: boolean): Promise<boolean>;
  /** Resolves to the number of spans that the built-in pipeline (closespan's OTLP/HTTP exporter) has not delivered. */
  unsent(): Promise<number>;
  /**
   * Resolves when all written spans and metrics have been exported, or when the export has failed.
   * @param spansOnly if `true`, the built-in pipeline (closespan's OTLP/HTTP exporter) does not export metrics
   * @param mayLag if `true`, resolves when there is room for further spans, although some exports of the pipeline may
   * be unfinished
   */
  flush(spansOnly: boolean, mayLag?: boolean): Promise<void>;
  /**
   * Makes the unfinished exports of the built-in pipeline (closespan's OTLP/HTTP exporter) fail.
   * @param isCancelled if `true`, later exports fail, too; `false` allows later exports again
   */
  cancelExports(isCancelled: boolean): Promise<void> | undefined;
  /**
   * Starts the export of all written spans before the function returns. Meant for a page that is about to be unloaded,
   * and for a process that is about to end.
   * @returns whether the built-in pipeline (closespan's OTLP/HTTP exporter) has stored the spans
   */
  flushNow(): boolean;
  /** Stops the built-in pipeline (closespan's OTLP/HTTP exporter). A provider of the user keeps running. */
  shutdown(): Promise<void>;
}

/**
 * Makes a destination, which chooses the providers that receive spans and metrics.
 * @param startPipeline called by `load` once, and again only if the last start has failed
 */
export function createDestination(options: WebSocketOptions, startPipeline: StartPipeline): Destination {
  const { findTracer, findMeter, flush } = createAppProviders(options);
  let tracer: CloseTracer | undefined;
  let meter: Meter | undefined;
  let spansAreOurs = false;
  let mayWait = false;
  let pipeline: Pipeline | undefined;
  let starting: Promise<void> | undefined;

  function find(): boolean {
    // `null` from a provider that throws: its spans are lost, and are not sent elsewhere.
    const found = guard('tracerProvider', findTracer, null);
    tracer = found ?? undefined;
    meter = guard('meterProvider', findMeter);
    spansAreOurs = found === undefined;
    mayWait = Boolean(spansAreOurs && !meter && pipeline?.unsent);
    if (spansAreOurs) tracer = pipeline?.tracerProvider?.getTracer(NAME, VERSION, SCHEMA);
    meter ??= pipeline?.meterProvider?.getMeter(NAME, VERSION, SCHEMA);
    return !spansAreOurs || Boolean(pipeline) || options.otlp === false;
  }

  async function unsent(retryNow = false): Promise<number> {
    return (await pipeline?.unsent?.(retryNow)) ?? 0;
  }

  async function start(): Promise<void> {
    try {
      pipeline = await startPipeline(options);
    } catch (error) {
      starting = undefined;
      diag.error(`${NAME}: OTLP pipeline not loaded, closes wait`, error);
    }
  }

  return {
    get tracer() {
      return tracer;
    },
    addSpan: (span, end) => Boolean(spansAreOurs && pipeline?.addSpan?.(span, end)),
    get makesSpans() {
      return Boolean(tracer ?? (spansAreOurs && pipeline?.addSpan));
    },
    get meter() {
      return meter;
    },
    get mayWait() {
      return mayWait;
    },
    get isOthers() {
      return Boolean(tracer) && !spansAreOurs;
    },
    find,
    load() {
      starting ??= start();
      return starting;
    },
    startNow(startPipelineNow) {
      pipeline ??= guard('pipeline', startPipelineNow);
    },
    ready: async (retryNow) =>
      (await unsent(retryNow)) === 0 || !spansAreOurs || pipeline?.isAway?.() === false,
    unsent,
    flush: (spansOnly, mayLag) => logFailures('flush', flush, () => pipeline?.forceFlush(spansOnly, mayLag)),
    cancelExports: (isCancelled) => pipeline?.cancelExports?.(isCancelled),
    flushNow() {
      const flushed = pipeline?.flushNow && guard('flush', pipeline.flushNow);
      void logFailures('flush', flush, () => (pipeline?.flushNow ? undefined : pipeline?.forceFlush()));
      return spansAreOurs && flushed === true;
    },
    async shutdown() {
      await starting;
      await logFailures('shutdown', () => pipeline?.shutdown());
    },
  };
}
