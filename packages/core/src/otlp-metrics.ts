/**
 * Metrics of the built-in pipeline (closespan's OTLP/HTTP exporter) on Node. This entry is loaded if no meter provider
 * is given or registered. Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import type { MeterProvider } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createDividedExport } from './delivery/divided-export.ts';
import { createFailureLog } from './delivery/failure-log.ts';
import { METRIC_DIVISION } from './delivery/metric-batches.ts';
import type { OtlpProvider } from './delivery/otlp-settings.ts';
import { type MetricSettings, startMeterProvider } from './delivery/start-meter-provider.ts';
import { exportInBackground } from './otlp/background-exporter.ts';
import { createExportDelegate } from './otlp/export-delegate.ts';
import { exportTarget } from './otlp/export-target.ts';
import type { ExporterSettings } from './otlp/exporter-settings.ts';
import { createRunningExports } from './otlp/running-exports.ts';
import { useTimers } from './otlp/sdk-timers.ts';
import { createSendExport } from './otlp/send-export.ts';
import { startTimer } from './queue/queue-pause.ts';

export type { MetricSettings } from './delivery/start-meter-provider.ts';
export type { ExporterSettings } from './otlp/exporter-settings.ts';

/** Starts a meter provider that sends metrics over OTLP/HTTP as JSON. */
export function createMeterProvider(
  settings: ExporterSettings & MetricSettings,
): OtlpProvider<MeterProvider> {
  const { startPause = startTimer, running = createRunningExports(), delta } = settings;
  useTimers(startPause);
  const delegate = createExportDelegate(
    JsonMetricsSerializer,
    createSendExport(exportTarget(settings, 'metrics'), startPause, running),
    createFailureLog('export of metrics'),
  );
  const send = createDividedExport(METRIC_DIVISION, {
    exportNow: (metrics, done) => delegate.export(metrics, done),
  });
  const divided = {
    ...delegate,
    // Metrics that have not arrived are part of the next export, since they are sums.
    export: (metrics: ResourceMetrics, done: (result: ExportResult) => void) =>
      void send(metrics).then(({ result }) => done(result)),
  };
  const exporter = new OTLPMetricExporterBase(
    { ...exportInBackground(divided, startPause), setMetrics() {} },
    delta ? { temporalityPreference: AggregationTemporality.DELTA } : {},
  );
  return startMeterProvider(settings, exporter);
}
