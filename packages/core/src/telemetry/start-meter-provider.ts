import {
  createAllowListAttributesProcessor,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { createResource, type OtlpSettings } from './otlp-settings.ts';

/** Settings of metrics that differ between platforms. */
export interface MetricSettings extends OtlpSettings {
  /** Milliseconds between two exports. @defaultValue 60,000 */
  readonly exportIntervalMillis?: number | undefined;
  /** Whether each export has what came since the last one, for senders that come and go. @defaultValue cumulative */
  readonly delta?: boolean;
  /** Labels that are sent. @defaultValue all */
  readonly labels?: readonly string[];
}

/** Starts a meter provider that exports by an exporter from time to time. */
export function startMeterProvider(settings: MetricSettings, exporter: PushMetricExporter): MeterProvider {
  const { exportIntervalMillis = 60_000, labels } = settings;
  return new MeterProvider({
    resource: createResource(settings),
    ...(labels && {
      views: [
        { instrumentName: '*', attributesProcessors: [createAllowListAttributesProcessor([...labels])] },
      ],
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis,
        exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
      }),
    ],
  });
}
