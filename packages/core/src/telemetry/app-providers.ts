import type { Meter, Tracer, TracerProvider } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import { registeredMeterProvider, registeredTracerProvider } from '../registered-api.ts';
import { SCHEMA } from '../schema-url.ts';
import { NAME, VERSION } from '../version.ts';

/** Providers of the app: those that are given in the options, else those that the app has registered. */
export interface AppProviders {
  /** Returns a tracer of the app's tracer provider. Returns `undefined` if the app has no tracer provider. */
  findTracer(): Tracer | undefined;
  /** Returns a meter of the app's meter provider. Returns `undefined` if the app has no meter provider. */
  findMeter(): Meter | undefined;
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
  getDelegateTracer?(name: string, version: string, options: { schemaUrl: string }): Tracer | undefined;
};

/** Returns functions that look up the app's providers at each call, since an app may register its providers late. */
export function createAppProviders(options: WebSocketOptions): AppProviders {
  const tracerProvider = (): Proxied | undefined => options.tracerProvider ?? registeredTracerProvider();

  return {
    findTracer() {
      const provider = tracerProvider();
      // Undefined if the API's provider forwards to none.
      if (provider?.getDelegateTracer) return provider.getDelegateTracer(NAME, VERSION, { ...SCHEMA });
      return provider?.getTracer(NAME, VERSION, { ...SCHEMA });
    },
    findMeter: () =>
      (options.meterProvider ?? registeredMeterProvider())?.getMeter(NAME, VERSION, { ...SCHEMA }),
    flush() {
      const provider = tracerProvider();
      return ((provider?.getDelegate?.() ?? provider) as Flushable | undefined)?.forceFlush?.();
    },
  };
}
