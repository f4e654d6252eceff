import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findPrograms } from '../../programs/find-programs.ts';
import { freePorts } from './free-ports.ts';
import { type Program, startProgram } from './start-program.ts';

/** A series with its value now. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus that scrapes and evaluates twice a second. */
export interface Prometheus extends Program {
  readonly url: string;
  /** @throws Error with what Prometheus says when it refuses the query */
  query(expr: string): Promise<Sample[]>;
  /** Trace ids of the examples that a counter was given in the last minutes. */
  exemplars(series: string): Promise<string[]>;
}

/** What it scrapes, by job, and what it evaluates. */
export interface PrometheusSetup {
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly rules: string;
  readonly alertmanager?: string;
}

export async function startPrometheus({
  targets,
  rules,
  alertmanager,
}: PrometheusSetup): Promise<Prometheus> {
  const { prometheus = 'prometheus' } = findPrograms();
  const [port] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'closespan-prometheus-'));
  const config = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
    rule_files: ['rules.yaml'],
    ...(alertmanager && { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
    scrape_configs: Object.entries(targets).map(([job_name, addresses]) => ({
      job_name,
      static_configs: [{ targets: addresses }],
    })),
  };
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(config));
  writeFileSync(join(folder, 'rules.yaml'), rules);
  const url = `http://127.0.0.1:${port}`;
  const program = await startProgram(
    prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--rules.alert.resend-delay=1s',
    ],
    { readyUrl: `${url}/-/ready` },
  );
  return {
    pid: program.pid,
    get output() {
      return program.output;
    },
    url,
    async query(expr) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const { data, error } = (await response.json()) as {
        data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
        error?: string;
      };
      if (!data) throw new Error(`${error}: ${expr}`);
      return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
    },
    async exemplars(series) {
      const now = Date.now() / 1000;
      const query = new URLSearchParams({ query: series, start: `${now - 600}`, end: `${now}` });
      const response = await fetch(`${url}/api/v1/query_exemplars?${query}`);
      const { data } = (await response.json()) as {
        data: { exemplars: { labels: Record<string, string> }[] }[];
      };
      return data.flatMap(({ exemplars }) => exemplars.flatMap(({ labels }) => labels['trace_id'] ?? []));
    },
    async stop(signal) {
      await program.stop(signal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
