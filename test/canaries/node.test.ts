import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type CanaryRun, columnOf, leaks, makeSecrets, unplanted } from '../helpers/canaries.ts';
import { documentedColumn } from '../helpers/canary-table.ts';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';
import { type Collector, startCollector } from '../helpers/start-canary-collector.ts';

const PROGRAM = fileURLToPath(new URL('plant-canaries.mjs', import.meta.url));
const RUNTIMES = [
  ...NODE_VERSIONS.map((version) => ({ name: `Node ${version}`, binary: nodeBinary(version), args: [] })),
  { ...BUN, name: 'Bun' },
  { ...DENO, name: 'Deno' },
];
const cache = mkdtempSync(join(tmpdir(), 'closespan-deno-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Runs an app whose telemetry a collector takes, refuses, or does not hear of; `env`: by variables, not options. */
async function run(
  { binary = '', args }: { binary: string | undefined; args: readonly string[] },
  kind: Collector['kind'],
  { byVariables = false, hooksThrow = false } = {},
): Promise<CanaryRun> {
  const secrets = makeSecrets();
  const collector = await startCollector(kind);
  const plan = mkdtempSync(join(tmpdir(), 'closespan-plan-'));
  // Whatever the app writes it writes here, the spool too.
  const folder = mkdtempSync(join(tmpdir(), 'closespan-disk-'));
  const report = join(plan, 'report.json');
  const url = collector.url.replace('//', `//user:${secrets.otlpUserInfo}@`);
  const otlp = { url, headers: { 'x-api-key': secrets.otlpHeader } };
  const options = { hooksThrow, spool: join(folder, 'spool'), ...(!byVariables && { otlp }) };
  writeFileSync(join(plan, 'plan.json'), JSON.stringify({ secrets, options, report }));
  const env = {
    DENO_DIR: cache,
    TMPDIR: folder,
    HOME: folder,
    SECRET_TOKEN: secrets.variable,
    ...(byVariables && {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${secrets.otlpHeaderVariable}`,
    }),
  };
  const end = await runNode(binary, [...args, PROGRAM, join(plan, 'plan.json'), secrets.argument], env);
  await collector.close();
  expect(end).toMatchObject({ exitCode: 0 });
  const { planted, wire, lines } = JSON.parse(readFileSync(report, 'utf8'));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const disk = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name)));
  for (const made of [plan, folder]) rmSync(made, { recursive: true });
  return {
    secrets,
    planted,
    wire,
    sinks: { ...collector.sinks, log: [...lines, end.stdout, end.stderr], disk },
  };
}

describe.each(RUNTIMES)('$name', (runtime) => {
  it.skipIf(!runtime.binary)(
    'shows a secret only where the contract says so',
    { timeout: 180_000 },
    async () => {
      const runs = [
        await run(runtime, 'takes', { byVariables: true }),
        await run(runtime, 'takes', { hooksThrow: true }),
        await run(runtime, 'refuses'),
        await run(runtime, 'is away'),
      ];
      expect(unplanted(runs.slice(0, 1))).toEqual([]);
      const column = columnOf(runs);
      expect(leaks(column)).toEqual([]);
      expect(documentedColumn(runtime.name, column)).toEqual(column);
    },
  );
});
