import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { exporterConfig, type OtlpSettings } from '../telemetry/otlp-settings.ts';
import { NAME, VERSION } from '../version.ts';

type HttpConfiguration = ReturnType<typeof convertLegacyHttpOptions>;

/** Address, headers and limits of the exports of one signal. */
export interface ExportTarget extends Pick<HttpConfiguration, 'url' | 'headers' | 'agentFactory'> {
  /** Compression of each request's body. */
  readonly compression: 'gzip' | 'none';
  /** Milliseconds that one export may take in all, with its pauses and further tries. */
  readonly timeoutMillis: number;
}

/** Returns the target of a signal: from the options, else from `OTEL_EXPORTER_OTLP_*`, else OpenTelemetry's defaults. */
export function exportTarget(settings: OtlpSettings, signal: 'traces' | 'metrics'): ExportTarget {
  return convertLegacyHttpOptions(
    exporterConfig(settings, `/v1/${signal}`),
    signal.toUpperCase(),
    `v1/${signal}`,
    { 'Content-Type': 'application/json', 'User-Agent': `${NAME}/${VERSION}` },
  );
}
