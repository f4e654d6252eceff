import {
  createNoopMeter,
  diag,
  type Meter,
  type MeterProvider,
  metrics,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { WebSocketOptions } from '../options.ts';
import { NAME, VERSION } from '../version.ts';

/** Our own export pipeline; a signal that is switched off has no provider. */
export interface Pipeline {
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
  /**
   * How many spans have not arrived so far; while there are some, closes had better wait where they take less memory.
   * Where it is there, they may also wait for each other: only our own flush and shutdown lead here.
   * @param retryNow it sends them once more first
   */
  unsent?(retryNow: boolean): Promise<number>;
  /**
   * Sends what is waiting.
   * @param spansOnly for the sake of closes that wait: metrics that do not arrive must not hold them back
   */
  forceFlush(spansOnly?: boolean): Promise<void>;
  /** Sends or keeps what is waiting within this call, for a page that is about to go. @defaultValue `forceFlush` */
  flushNow?(): void;
  /** Sends what is waiting and stops. */
  shutdown(): Promise<void>;
}

/** Loads our own pipeline. */
export type StartPipeline = (options: WebSocketOptions) => Promise<Pipeline>;

/** Where spans and metrics go: to given providers, else to registered ones, else to our own pipeline. */
export interface Destination {
  /** As of the last look. */
  readonly tracer: Tracer | undefined;
  readonly meter: Meter | undefined;
  /** Whether closes may wait for each other: all go to our own pipeline, which nobody shuts down but us; as of the last look. */
  readonly mayWait: boolean;
  /** Looks for providers again; cheap. Says whether there is anywhere to write to, or nowhere on purpose. */
  find(): boolean;
  /** Loads our own pipeline; says whether it is there. Does not reject. */
  load(): Promise<boolean>;
  /**
   * Whether closes may be written, for all that went before has arrived.
   * @param retryNow what has not is sent once more first, also when spans have come to go elsewhere
   */
  ready(retryNow: boolean): Promise<boolean>;
  /** How many spans our own pipeline has not delivered. */
  unsent(): Promise<number>;
  /** Resolves when what was written has been exported, or that failed. */
  flush(spansOnly: boolean): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Stops our own pipeline; a provider of the user's goes on. */
  shutdown(): Promise<void>;
}

type Flushable = { forceFlush?(): Promise<void> };
type Proxied = TracerProvider & {
  getDelegate?(): TracerProvider;
  getDelegateTracer?(name: string, version: string): Tracer | undefined;
};

/** Makes a destination; `startPipeline` is called once, unless it fails. */
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
    flush: (spansOnly) =>
      logFailure('flush', () => [provided().forceFlush?.(), pipeline?.forceFlush(spansOnly)]),
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

async function logFailure(what: string, begin: () => (Promise<void> | undefined)[]): Promise<void> {
  try {
    await Promise.all(begin());
  } catch (error) {
    diag.error(`${NAME}: ${what} failed`, error);
  }
}
