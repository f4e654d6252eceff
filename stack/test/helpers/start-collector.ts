import { fileURLToPath } from 'node:url';
import { findPrograms } from '../../programs/find-programs.ts';
import { freePorts } from './free-ports.ts';
import { type Program, startProgram } from './start-program.ts';

/** A running Collector with a configuration of this folder. */
export interface Collector extends Program {
  /** `host:port` for OTLP over gRPC. */
  readonly otlpGrpc: string;
  /** Address for OTLP over HTTP; only the agent listens. */
  readonly otlpHttp: string;
  /** `host:port` of what Prometheus scrapes; only a gateway listens. */
  readonly metrics: string;
  /** `host:port` of the Collector's numbers about itself. */
  readonly telemetry: string;
  /** The sum of one of those numbers over its labels. */
  total(name: string): Promise<number>;
  /** The same program again on the same ports, after it was stopped. */
  restart(): Promise<Collector>;
}

/** @param extra configuration that is merged over the file, as YAML */
export async function startCollector(
  name: 'agent' | 'gateway' | 'loadbalancer',
  env: Readonly<Record<string, string>> = {},
  extra?: string,
): Promise<Collector> {
  return run(name, env, extra, await freePorts(5));
}

async function run(
  name: string,
  env: Readonly<Record<string, string>>,
  extra: string | undefined,
  ports: readonly number[],
): Promise<Collector> {
  const { collector = 'collector' } = findPrograms();
  const [grpc, http, metrics, telemetry, health] = ports;
  const file = fileURLToPath(new URL(`../../otel-collector/${name}.yaml`, import.meta.url));
  const program = await startProgram(
    collector,
    [`--config=${file}`, ...(extra ? [`--config=yaml:${extra}`] : [])],
    {
      readyUrl: `http://127.0.0.1:${health}/`,
      env: {
        OTLP_GRPC_PORT: `${grpc}`,
        OTLP_HTTP_PORT: `${http}`,
        METRICS_PORT: `${metrics}`,
        TELEMETRY_PORT: `${telemetry}`,
        HEALTH_PORT: `${health}`,
        ...env,
      },
    },
  );
  return Object.assign(program, {
    otlpGrpc: `127.0.0.1:${grpc}`,
    otlpHttp: `http://127.0.0.1:${http}`,
    metrics: `127.0.0.1:${metrics}`,
    telemetry: `127.0.0.1:${telemetry}`,
    async total(metric: string) {
      const text = await (await fetch(`http://127.0.0.1:${telemetry}/metrics`)).text();
      const values = [...text.matchAll(new RegExp(`^${metric}(?:_total)?(?:\\{.*\\})? (\\S+)$`, 'gm'))];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    restart: () => run(name, env, extra, ports),
  });
}
