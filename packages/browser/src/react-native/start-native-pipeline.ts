import { guard, NAME, registeredMeterProvider, SCHEMA, VERSION } from '@closespan/browser/recording';
import type { OtlpOptions } from '@closespan/core';
import { createOutcomeCounter, type Pipeline, signalUrl } from '@closespan/core/platform';
import { createPipelineTracerProvider } from '../pipeline/pipeline-tracer.ts';
import { createDelivery } from '../store/delivery.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { DEFAULT_BOUNDS } from '../store/span-rows.ts';
import { appResource } from './app-resource.ts';
import { createNativeSender } from './native-sender.ts';
import { MOST_STORED, openKeyValueStore } from './open-key-value-store.ts';
import type { ReactNativeWebSocketOptions } from './react-native-options.ts';

/**
 * Starts the built-in pipeline in React Native, an OTLP/HTTP exporter. The pipeline begins at once to send spans that
 * earlier runs of the app could not deliver.
 * @param fetchAtLoad the app's `fetch` when closespan was loaded. @defaultValue the present `fetch`
 */
export async function startNativePipeline(
  options: ReactNativeWebSocketOptions,
  fetchAtLoad: typeof fetch | undefined,
): Promise<Pipeline> {
  // Without a prototype, to which somebody may have added a `url`.
  const { url: base = 'http://localhost:4318', headers }: OtlpOptions = options.otlp || Object.create(null);
  const url = signalUrl(base, '/v1/traces');
  const { store, sampler } = options;
  const delivery = createDelivery({
    // The store has the receiver in its name, so that spans for one receiver are never sent to another.
    store: store ? openKeyValueStore(`${NAME}:${url}`, store) : createMemoryStore(),
    sender: createNativeSender(url, headers, fetchAtLoad),
    bounds: { ...DEFAULT_BOUNDS, maxSize: MOST_STORED },
    count(outcome, count) {
      const provider = options.meterProvider ?? registeredMeterProvider();
      createOutcomeCounter(provider?.getMeter(NAME, VERSION, { ...SCHEMA }))(outcome, count);
    },
  });
  const tracerProvider = createPipelineTracerProvider({
    resource: {
      attributes: {
        'service.name': options.serviceName ?? 'unknown_service',
        'telemetry.sdk.name': NAME,
        'telemetry.sdk.language': 'webjs',
        'telemetry.sdk.version': VERSION,
        // The module of the app may throw.
        ...guard('Platform', () => appResource(options), {}),
      },
    },
    sampler,
    onEnd: (span) => delivery.add([span]),
  });
  return {
    tracerProvider,
    meterProvider: undefined,
    forceFlush: delivery.flush,
    flushNow: delivery.flushNow,
    shutdown: delivery.shutdown,
  };
}
