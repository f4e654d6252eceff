import {
  createNoopMeter,
  diag,
  type Meter,
  metrics,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { WebSocketOptions } from '../options.ts';
import { NAME, VERSION } from '../version.ts';
import type { Pipeline, StartPipeline } from './pipeline.ts';

/** Chooses where spans and metrics go: to given providers, else to registered ones, else to the built-in pipeline. */
export interface Destination {
  /** Tracer that the last `find` has found; `undefined` when there is none. */
  readonly tracer: Tracer | undefined;
  /** Meter that the last `find` has found; `undefined` when there is none. */
  readonly meter: Meter | undefined;
  /**
   * Whether closes may wait for each other, as of the last `find`: when all of them go to the built-in pipeline, which
   * no app shuts down behind the queue's back.
   */
  readonly mayWait: boolean;
  /** Looks for providers again; cheap. Returns whether there is one, or none on purpose. */
  find(): boolean;
  /** Starts the built-in pipeline; resolves to whether it runs. Never rejects. */
  load(): Promise<boolean>;
  /**
   * Resolves to whether closes may be written: when all spans of the built-in pipeline have arrived, or when spans go
   * to another provider.
   * @param retryNow whether undelivered spans are sent again first
   */
  ready(retryNow: boolean): Promise<boolean>;
  /** Resolves to the number of spans that the built-in pipeline has not delivered. */
  unsent(): Promise<number>;
  /**
   * Resolves when all written spans, and unless `spansOnly` all metrics, have been exported, or when that has failed.
   * @param mayLag whether some of the built-in pipeline's exports may still be on their way
   */
  flush(spansOnly: boolean, mayLag?: boolean): Promise<void>;
  /** Fails the exports of the built-in pipeline that are on their way, and while `isCancelled` those that follow. */
  cancelExports(isCancelled: boolean): Promise<void> | undefined;
  /** Starts the export of all written spans within this call, for a page that is about to go. */
  flushNow(): void;
  /** Stops the built-in pipeline; a provider of the user's goes on. */
  shutdown(): Promise<void>;
}

/** Members that providers of the SDK have, and that their API does not name. */
type Flushable = { forceFlush?(): Promise<void> };
/** Members of the provider that the API registers globally, which passes calls on once a provider is registered. */
type Proxied = TracerProvider & {
  getDelegate?(): TracerProvider;
  getDelegateTracer?(name: string, version: string): Tracer | undefined;
};

/**
 * Makes a destination.
 * @param startPipeline called by `load`: once, and again only after it has failed
 */
export function createDestination(options: WebSocketOptions, startPipeline: StartPipeline): Destination {
  let tracer: Tracer | undefined;
  let meter: Meter | undefined;
  let spansAreOurs = false;
  let mayWait = false;
  let pipeline: Pipeline | undefined;
  let starting: Promise<void> | undefined;

  function find(): boolean {
    const tracerProvider = tracerProviderOf(options);
    tracer = tracerProvider.getDelegateTracer
      ? // Undefined while the API has no provider.
        tracerProvider.getDelegateTracer(NAME, VERSION)
      : tracerProvider.getTracer(NAME, VERSION);
    meter = (options.meterProvider ?? metrics.getMeterProvider()).getMeter(NAME, VERSION);
    if (meter === createNoopMeter()) meter = undefined;
    spansAreOurs = !tracer;
    mayWait = Boolean(spansAreOurs && !meter && pipeline?.unsent);
    tracer ??= pipeline?.tracerProvider?.getTracer(NAME, VERSION);
    meter ??= pipeline?.meterProvider?.getMeter(NAME, VERSION);
    return Boolean(tracer ?? pipeline) || options.otlp === false;
  }

  /** Returns the provider that spans go to, be it given or registered. */
  function provided(): Flushable {
    const provider = tracerProviderOf(options);
    return (provider.getDelegate?.() ?? provider) as Flushable;
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
    get meter() {
      return meter;
    },
    get mayWait() {
      return mayWait;
    },
    find,
    async load() {
      starting ??= start();
      await starting;
      return pipeline !== undefined;
    },
    ready: async (retryNow) => (await unsent(retryNow)) === 0 || !spansAreOurs,
    unsent,
    flush: (spansOnly, mayLag) =>
      logFailure('flush', () => [provided().forceFlush?.(), pipeline?.forceFlush(spansOnly, mayLag)]),
    cancelExports: (isCancelled) => pipeline?.cancelExports?.(isCancelled),
    flushNow() {
      if (pipeline?.flushNow) guard('flush', pipeline.flushNow);
      void logFailure('flush', () => [
        provided().forceFlush?.(),
        pipeline?.flushNow ? undefined : pipeline?.forceFlush(),
      ]);
    },
    async shutdown() {
      await starting;
      await logFailure('shutdown', () => [pipeline?.shutdown()]);
    },
  };
}

function tracerProviderOf(options: WebSocketOptions): Proxied {
  return options.tracerProvider ?? trace.getTracerProvider();
}

/** Runs asynchronous steps together; an error is logged and not thrown. */
async function logFailure(what: string, begin: () => (Promise<void> | undefined)[]): Promise<void> {
  try {
    await Promise.all(begin());
  } catch (error) {
    diag.error(`${NAME}: ${what} failed`, error);
  }
}
