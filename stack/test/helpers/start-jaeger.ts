import { findPrograms } from '../../programs/find-programs.ts';
import { freePorts } from './free-ports.ts';
import { type Program, startProgram } from './start-program.ts';

/** A span as Jaeger's query API gives it. */
export interface StoredSpan {
  readonly traceID: string;
  readonly operationName: string;
  /** Microseconds. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly { readonly key: string; readonly value: string | number | boolean }[];
}

/** A running Jaeger that keeps spans in memory. */
export interface Jaeger extends Program {
  /** `host:port` for OTLP over gRPC. */
  readonly otlpGrpc: string;
  readonly url: string;
  /** Searches as the UI does, by service, operation, tags and time. */
  find(service: string, search?: Readonly<Record<string, string>>): Promise<StoredSpan[]>;
}

export async function startJaeger(): Promise<Jaeger> {
  const { jaeger = 'jaeger' } = findPrograms();
  const flags = [
    'collector.otlp.grpc.host-port',
    'query.http-server.host-port',
    'collector.otlp.http.host-port',
    'query.grpc-server.host-port',
    'admin.http.host-port',
    'collector.grpc-server.host-port',
    'collector.http-server.host-port',
    'http-server.host-port',
  ];
  const udp = ['processor.jaeger-binary', 'processor.jaeger-compact', 'processor.zipkin-compact'];
  const ports = await freePorts(flags.length + udp.length);
  const args = [
    ...flags.map((flag, index) => `--${flag}=127.0.0.1:${ports[index]}`),
    ...udp.map((name, index) => `--${name}.server-host-port=127.0.0.1:${ports[flags.length + index]}`),
  ];
  const [grpc, query, , , admin] = ports;
  const program = await startProgram(jaeger, args, {
    readyUrl: `http://127.0.0.1:${admin}/`,
    env: { SPAN_STORAGE_TYPE: 'memory', MEMORY_MAX_TRACES: '200000' },
  });
  const url = `http://127.0.0.1:${query}`;
  return Object.assign(program, {
    otlpGrpc: `127.0.0.1:${grpc}`,
    url,
    async find(service: string, search: Readonly<Record<string, string>> = {}) {
      const query = new URLSearchParams({ service, limit: '100000', lookback: '1h', ...search });
      const response = await fetch(`${url}/api/traces?${query}`);
      if (!response.ok) throw new Error(`Jaeger responds with ${response.status}: ${await response.text()}`);
      const { data } = (await response.json()) as { data: { spans: StoredSpan[] }[] };
      return data.flatMap(({ spans }) => spans);
    },
  });
}

/** The tags of a span by name. */
export function tagsOf({ tags }: StoredSpan): Record<string, string | number | boolean> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
