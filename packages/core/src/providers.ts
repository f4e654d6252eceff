import {
  createNoopMeter,
  type Meter,
  type MeterProvider,
  metrics,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { WebSocketOptions } from './options.ts';
import { NAME, VERSION } from './version.ts';

/** Our own export pipeline, loaded only when nobody else has one. */
export interface Pipeline {
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
  /** Sends what is waiting. */
  forceFlush(): Promise<void>;
  /** Sends what is waiting and stops. */
  shutdown(): Promise<void>;
}

/** Where spans and metrics go at this moment. */
export interface Destination {
  readonly tracer: Tracer | undefined;
  readonly meter: Meter | undefined;
  forceFlush(): Promise<void>;
}

type Flushable = { forceFlush?(): Promise<void> };
type Proxied = TracerProvider &
  Flushable & {
    getDelegate?(): TracerProvider;
    getDelegateTracer?(name: string, version: string): Tracer | undefined;
  };

/** Looks up given and registered providers, and the pipeline for what is missing. Cheap; asked before each slice. */
export function findDestination(options: WebSocketOptions, pipeline: Pipeline | undefined): Destination {
  const tracerProvider = (options.tracerProvider ?? trace.getTracerProvider()) as Proxied;
  const meterProvider = options.meterProvider ?? metrics.getMeterProvider();
  const tracer = tracerProvider.getDelegateTracer
    ? // Undefined while the API has no provider.
      tracerProvider.getDelegateTracer(NAME, VERSION)
    : tracerProvider.getTracer(NAME, VERSION);
  const meter = meterProvider.getMeter(NAME, VERSION);
  return {
    tracer: tracer ?? pipeline?.tracerProvider?.getTracer(NAME, VERSION),
    meter: meter === createNoopMeter() ? pipeline?.meterProvider?.getMeter(NAME, VERSION) : meter,
    async forceFlush() {
      const provider = (tracerProvider.getDelegate?.() ?? tracerProvider) as Flushable;
      await Promise.all([provider.forceFlush?.(), pipeline?.forceFlush()]);
    },
  };
}
