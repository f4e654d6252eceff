/**
 * The metrics of the built-in pipeline: loaded when no meter provider is given or registered.
 * Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  AggregationTemporality,
  createAllowListAttributesProcessor,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  createResource,
  exporterConfig,
  type OtlpProvider,
  type OtlpSettings,
} from './telemetry/otlp-settings.ts';

/** Settings of the meter provider; those here differ between platforms. */
export interface MetricSettings extends OtlpSettings {
  /** Milliseconds between exports. @defaultValue 60,000 */
  readonly exportIntervalMillis?: number | undefined;
  /**
   * Whether an export holds the change since the last one, for senders that come and go.
   * @defaultValue `false`: the sum
   */
  readonly delta?: boolean;
  /** Names of the attributes that are sent. @defaultValue all */
  readonly labels?: readonly string[];
}

/** Starts a meter provider that sends over OTLP/HTTP as JSON. */
export function createMeterProvider(settings: MetricSettings): OtlpProvider<ApiMeterProvider> {
  const { exportIntervalMillis = 60_000, delta, labels } = settings;
  return new MeterProvider({
    resource: createResource(settings),
    ...(labels && {
      views: [
        { instrumentName: '*', attributesProcessors: [createAllowListAttributesProcessor([...labels])] },
      ],
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({
          ...exporterConfig(settings, '/v1/metrics'),
          ...(delta && { temporalityPreference: AggregationTemporality.DELTA }),
        }),
        exportIntervalMillis,
        exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
      }),
    ],
  });
}
