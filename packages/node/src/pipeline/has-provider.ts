import { NAME, VERSION } from '@closespan/core/platform';
import { type TracerProvider, trace } from '@opentelemetry/api';
import type { NodeWebSocketOptions } from '../node-options.ts';

/** Members of the global tracer provider of the OpenTelemetry API, which forwards calls to the provider of the app. */
type Proxied = TracerProvider & { getDelegateTracer?(name: string, version: string): unknown };

/** Returns whether spans go to a provider of the app, and not to the built-in pipeline. */
export function hasProvider({ tracerProvider }: NodeWebSocketOptions): boolean {
  if (tracerProvider) return true;
  const registered: Proxied = trace.getTracerProvider();
  return !registered.getDelegateTracer || registered.getDelegateTracer(NAME, VERSION) !== undefined;
}
