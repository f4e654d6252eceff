import type { MeterProvider } from '@opentelemetry/api';
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { createFailureLog } from './delivery/failure-log.ts';
import { exporterConfig, type OtlpProvider } from './delivery/otlp-settings.ts';
import { type MetricSettings, startMeterProvider } from './delivery/start-meter-provider.ts';
import { exportInBackground } from './otlp/background-exporter.ts';
import { createExportDelegate } from './otlp/export-delegate.ts';
import { createFetchExport } from './otlp/fetch-export.ts';
import { startTimer } from './queue/queue-pause.ts';

/** Starts a meter provider for a page. The provider sends metrics over OTLP/HTTP as JSON, with `fetch`. */
export function createMeterProvider(settings: MetricSettings): OtlpProvider<MeterProvider> {
  const { url = 'http://localhost:4318/v1/metrics', headers = {} } = exporterConfig(settings, '/v1/metrics');
  const delegate = createExportDelegate(
    JsonMetricsSerializer,
    createFetchExport(url, headers, settings.fetchAtLoad),
    createFailureLog('export of metrics'),
  );
  const exporter = new OTLPMetricExporterBase(
    { ...exportInBackground(delegate, startTimer), setMetrics() {} },
    settings.delta ? { temporalityPreference: AggregationTemporality.DELTA } : {},
  );
  return startMeterProvider(settings, exporter);
}
