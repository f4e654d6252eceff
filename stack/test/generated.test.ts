import { readFileSync } from 'node:fs';
import * as core from '@closespan/core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from '../generated-files.ts';
import { counterName, labelName, secondsHistogramName } from '../rules/prometheus-name.ts';
import { dashboardQueries } from './helpers/dashboard-queries.ts';
import { promqlNames } from './helpers/promql-names.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const files = generatedFiles();
const rules: Rule[] = parse(files['prometheus/closespan.rules.yaml'] ?? '').groups[0].rules;
const alerts = rules.filter(({ alert }) => alert);

it.each(Object.entries(files))('%s is as the generator makes it', (name, text) => {
  expect(read(name)).toBe(text);
});

describe('queries use names that something emits', () => {
  const named = (prefix: string) =>
    Object.entries(core).flatMap(([key, name]) =>
      // The names of headers are made by a function.
      key.startsWith(prefix) && typeof name === 'string' ? [name] : [],
    );
  const histograms = named('METRIC_').flatMap((name) => [name, `traces.${name}`]);
  const METRICS = new Set([
    ...rules.map(({ record }) => record),
    ...named('METRIC_').map(counterName),
    ...(['bucket', 'count'] as const).flatMap((part) =>
      histograms.map((name) => secondsHistogramName(name, part)),
    ),
    // Numbers of open connections, and when each came.
    ...named('METRIC_')
      .map(labelName)
      .filter((name) => /_(active|silent)$/.test(name))
      .flatMap((name) => [name, `${name}_seen`]),
    'traces_span_metrics_calls_total',
    secondsHistogramName(`traces.${core.ATTR_WEBSOCKET_CLOSE_LIMIT}`, 'count'),
    counterName(`traces.${core.ATTR_WEBSOCKET_TRANSPORT_END}`),
    'otelcol_exporter_queue_size',
    'otelcol_exporter_queue_capacity',
    'ALERTS',
  ]);
  const LABELS = new Set([
    ...named('ATTR_').map(labelName),
    ...[
      'service_name',
      'service_version',
      'deployment_environment_name',
      'side',
      'source',
      'span_kind',
      'le',
      'loss',
    ],
    ...['__name__', 'instance', 'job', 'exporter', 'component', 'alertstate'],
  ]);

  it.each([
    ...rules.map(({ record, alert, expr }) => [record ?? alert, expr]),
    ...dashboardQueries('5m').map(({ panel, expr }) => [panel, expr]),
  ])('%s', (_title, expr = '') => {
    const { metrics, labels } = promqlNames(expr);
    expect(metrics.filter((name) => !METRICS.has(name))).toEqual([]);
    expect(labels.filter((name) => !LABELS.has(name))).toEqual([]);
  });

  it('and causes and codes that the contract has', () => {
    const contract = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
    const text = rules.map(({ expr }) => expr).join('\n');
    const causes = [...text.matchAll(/websocket_close_cause(?:[=!]~|!=|=)"([^"]+)"/g)].flatMap(([, list]) =>
      list?.split('|'),
    );
    expect(causes.length).toBeGreaterThan(0);
    for (const cause of causes) expect(contract).toContain(`| \`${cause}\``);
  });

  it.each(['agent', 'gateway', 'loadbalancer'])('also the configuration of the %s', (name) => {
    const known = new Set([
      ...named('ATTR_'),
      ...[...named('METRIC_'), core.ATTR_WEBSOCKET_CLOSE_LIMIT, core.ATTR_WEBSOCKET_TRANSPORT_END].map(
        (name) => `traces.${name}`,
      ),
    ]);
    const used = read(`otel-collector/${name}.yaml`).matchAll(/\b(?:traces\.)?websocket\.[a-z_.]*[a-z]/g);
    for (const [text] of used) expect(known).toContain(text);
  });
});

describe('the runbook', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

  it.each(alerts.map(({ alert = '', annotations }) => [alert, annotations?.['runbook_url'] ?? '']))(
    'has a section for %s, with what to look at and what to do',
    (alert, url) => {
      expect(url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      const [, section = ''] = runbook.split(`\n## ${alert}\n`);
      const [own = ''] = section.split('\n## ');
      expect(own).toMatch(/\*\*Means\*\*[\s\S]*\*\*Look at\*\*[\s\S]*\*\*Do\*\*/);
    },
  );
});

it('every alert says how bad it is, and of whom', () => {
  for (const { labels, annotations } of alerts) {
    expect(labels['severity']).toMatch(/^(critical|warning)$/);
    expect(labels['component']).toBe('websocket');
    expect(annotations?.['summary']).toMatch(/\{\{ \$labels\./);
    expect(annotations?.['description']).toContain('$value');
  }
});

it('windows and thresholds follow the options', () => {
  const { 'prometheus/closespan.rules.yaml': text = '' } = generatedFiles({
    objectives: { client: 0.9, server: 0.999 },
    runbook: 'https://wiki.example.com/runbook',
  });
  expect(text).toContain('ratio_rate1h{side="server"} > 0.0144');
  expect(text).toContain('ratio_rate3d{side="client"} > 0.1\n');
  expect(text).toContain('runbook_url: https://wiki.example.com/runbook#websocketoverload');
});
