import { type Meter, metrics, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import { NAME, VERSION } from '../version.ts';

/** Providers of the app: those that are given in the options, else those that the app has registered. */
export interface AppProviders {
  /** Returns a tracer of the app's tracer provider. Returns `undefined` if the app has no tracer provider. */
  findTracer(): Tracer | undefined;
  /** Returns a meter of the app's meter provider. If the app has none, returns the meter of the API that does nothing. */
  findMeter(): Meter;
  /** Flushes the app's tracer provider. Returns `undefined` if there is nothing to flush. */
  flush(): Promise<void> | undefined;
}

/** Members that providers of the SDK have, and that the types of the OpenTelemetry API do not declare. */
type Flushable = { forceFlush?(): Promise<void> };
/**
 * Members of the global tracer provider of the OpenTelemetry API. This provider forwards calls to the provider that the
 * app has registered.
 */
type Proxied = TracerProvider & {
  getDelegate?(): TracerProvider;
  getDelegateTracer?(name: string, version: string): Tracer | undefined;
};

/** Returns functions that look up the app's providers at each call, since an app may register its providers late. */
export function createAppProviders(options: WebSocketOptions): AppProviders {
  const tracerProvider = (): Proxied => options.tracerProvider ?? trace.getTracerProvider();

  return {
    findTracer() {
      const provider = tracerProvider();
      // Undefined while the API has no provider.
      if (provider.getDelegateTracer) return provider.getDelegateTracer(NAME, VERSION);
      return provider.getTracer(NAME, VERSION);
    },
    findMeter: () => (options.meterProvider ?? metrics.getMeterProvider()).getMeter(NAME, VERSION),
    flush() {
      const provider = tracerProvider();
      return ((provider.getDelegate?.() ?? provider) as Flushable).forceFlush?.();
    },
  };
}
