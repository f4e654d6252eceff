import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from '../generated-files.ts';
import { findPrograms } from '../programs/find-programs.ts';

interface Rule {
  readonly alert?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Rules {
  readonly groups: { readonly name: string; readonly interval: string; readonly rules: Rule[] }[];
}
interface Mixin {
  readonly prometheusRules: Rules;
  readonly prometheusAlerts: Rules;
  readonly grafanaDashboards: Readonly<Record<string, object>>;
}

const { jsonnet = '', promtool = '' } = findPrograms();
const STACK = fileURLToPath(new URL('..', import.meta.url));
const RUNBOOK = 'https://github.com/closespan/closespan/blob/main/docs/runbook.md';
const folder = mkdtempSync(join(tmpdir(), 'closespan-mixin-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Renders the mixin as its users do: imported, with values of their own in `_config`. */
function render(config: Readonly<Record<string, unknown>> = {}): Mixin {
  const code = `local mixin = (import 'mixin.libsonnet') + { _config+:: ${JSON.stringify(config)} };
    { [name]: mixin[name] for name in ['prometheusRules', 'prometheusAlerts', 'grafanaDashboards'] }`;
  const { status, stdout, stderr } = spawnSync(jsonnet, ['--exec', code], { cwd: STACK, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

let rendered: Mixin | undefined;
/** Renders the mixin once, as it is without configuration. */
function byDefault(): Mixin {
  rendered ??= render();
  return rendered;
}

const rulesOf = ({ prometheusRules, prometheusAlerts }: Mixin) =>
  [...prometheusRules.groups, ...prometheusAlerts.groups].flatMap(({ rules }) => rules);
const shipped = (options: Parameters<typeof generatedFiles>[0]) =>
  parse(generatedFiles(options)['prometheus/closespan.rules.yaml'] ?? '').groups[0];

describe.skipIf(!jsonnet)('the mixin', () => {
  it('has the rules that Prometheus of the stack reads', () => {
    const mixin = byDefault();
    const { rules, interval } = shipped({ runbook: RUNBOOK });
    expect(rulesOf(mixin)).toEqual(rules);
    const groups = [...mixin.prometheusRules.groups, ...mixin.prometheusAlerts.groups];
    expect(groups.map((group) => `${group.name} ${group.interval}`)).toEqual([
      `closespan.rules ${interval}`,
      `closespan.alerts ${interval}`,
    ]);
  });

  it('has the dashboard of the stack', () => {
    expect(byDefault().grafanaDashboards).toEqual({
      'closespan.json': JSON.parse(generatedFiles()['grafana/dashboards/closespan.json'] ?? ''),
    });
  });

  it.each([
    { client: 0.9, server: 0.999 },
    { client: 0.875, server: 0.98765 },
  ])(
    'follows its configuration, with the objectives $client and $server as the generator does',
    ({ client, server }) => {
      const runbook = 'https://wiki.example.com/closespan';
      const mixin = render({
        clientObjective: client,
        serverObjective: server,
        runbookUrl: runbook,
        dashboardTags: ['chat'],
        dashboardRefresh: '1m',
      });
      expect(rulesOf(mixin)).toEqual(shipped({ objectives: { client, server }, runbook }).rules);
      expect(mixin.grafanaDashboards['closespan.json']).toMatchObject({ tags: ['chat'], refresh: '1m' });
    },
  );

  it.skipIf(!promtool)('is taken by Prometheus', () => {
    const { prometheusRules, prometheusAlerts } = byDefault();
    const file = join(folder, 'mixin.rules.json');
    writeFileSync(file, JSON.stringify({ groups: [...prometheusRules.groups, ...prometheusAlerts.groups] }));
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'rules', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`${shipped({}).rules.length} rules found`);
  });
});
