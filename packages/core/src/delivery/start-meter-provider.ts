import {
  createAllowListAttributesProcessor,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { createResource, type OtlpSettings } from './otlp-settings.ts';

/** Settings of a meter provider. Each platform passes different values. */
export interface MetricSettings extends OtlpSettings {
  /** Time between two exports, in milliseconds. @defaultValue 60,000 */
  readonly exportIntervalMillis?: number | undefined;
  /**
   * Whether an export holds only the change since the last export. Meant for senders that live for a short time.
   * @defaultValue `false`: an export holds the sum since the start
   */
  readonly delta?: boolean;
  /** Names of the attributes that are sent. @defaultValue all attributes */
  readonly labels?: readonly string[];
  /** Sends the requests of a page: its `fetch` when closespan was loaded. @defaultValue the present `fetch` */
  readonly fetchAtLoad?: typeof fetch | undefined;
}

/** Starts a meter provider that exports with the given exporter at regular intervals. */
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
