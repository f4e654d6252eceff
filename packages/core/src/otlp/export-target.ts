import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { exporterConfig, type OtlpSettings } from '../telemetry/otlp-settings.ts';
import { NAME, VERSION } from '../version.ts';

type HttpConfiguration = ReturnType<typeof convertLegacyHttpOptions>;

/** Address, headers and limits of the exports of one signal: spans or metrics. */
export interface ExportTarget extends Pick<HttpConfiguration, 'url' | 'headers' | 'agentFactory'> {
  /** Compression of each request's body. */
  readonly compression: 'gzip' | 'none';
  /** Longest time for one export, in milliseconds, including pauses and further tries. */
  readonly timeoutMillis: number;
}

/**
 * Returns the target of one signal. The settings come from the options, else from `OTEL_EXPORTER_OTLP_*`, else from
 * OpenTelemetry's defaults.
 */
export function exportTarget(settings: OtlpSettings, signal: 'traces' | 'metrics'): ExportTarget {
  return convertLegacyHttpOptions(
    exporterConfig(settings, `/v1/${signal}`),
    signal.toUpperCase(),
    `v1/${signal}`,
    { 'Content-Type': 'application/json', 'User-Agent': `${NAME}/${VERSION}` },
  );
}
