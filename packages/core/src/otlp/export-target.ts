import type { Agent } from 'node:http';
import { exporterConfig, type OtlpSettings } from '../delivery/otlp-settings.ts';
import { NAME, VERSION } from '../version.ts';
import { readVariable, type Signal } from './otlp-environment.ts';

/** Address, headers and limits of the exports of one signal: spans or metrics. */
export interface ExportTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Compression of each request's body. */
  readonly compression: 'gzip' | 'none';
  /** Longest time for one export, in milliseconds, including pauses and further tries. */
  readonly timeoutMillis: number;
  /** Makes the agent that keeps the connections. The agent for HTTPS has the certificates. */
  createAgent(protocol: string): Promise<Agent>;
}

const DEFAULT_URL = 'http://localhost:4318';

/**
 * Returns the target of one signal. The settings come from the options, else from `OTEL_EXPORTER_OTLP_*`, else from
 * OpenTelemetry's defaults. Headers of all three are joined.
 */
export function exportTarget(settings: OtlpSettings, signal: 'traces' | 'metrics'): ExportTarget {
  const path = `/v1/${signal}` as const;
  const { url, headers } = exporterConfig(settings, path);
  const name = signal.toUpperCase() as Signal;
  const ofSignal = readVariable('ENDPOINT', name);
  const base = readVariable('ENDPOINT') ?? DEFAULT_URL;
  return {
    url: url ?? (ofSignal ? new URL(ofSignal).href : base.replace(/\/$/, '') + path),
    headers: {
      ...readVariable('HEADERS'),
      ...readVariable('HEADERS', name),
      ...headers,
      'Content-Type': 'application/json',
      'User-Agent': `${NAME}/${VERSION}`,
    },
    compression: readVariable('COMPRESSION', name) ?? readVariable('COMPRESSION') ?? 'none',
    timeoutMillis: readVariable('TIMEOUT', name) ?? readVariable('TIMEOUT') ?? 10_000,
    createAgent: (protocol) => createAgent(protocol, name),
  };
}

async function createAgent(protocol: string, signal: Signal): Promise<Agent> {
  if (protocol === 'http:') {
    const { Agent } = await import('node:http');
    return new Agent({ keepAlive: true });
  }
  const { Agent } = await import('node:https');
  const ca = readVariable('CERTIFICATE', signal) ?? readVariable('CERTIFICATE');
  const cert = readVariable('CLIENT_CERTIFICATE', signal) ?? readVariable('CLIENT_CERTIFICATE');
  const key = readVariable('CLIENT_KEY', signal) ?? readVariable('CLIENT_KEY');
  return new Agent({ keepAlive: true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
}
