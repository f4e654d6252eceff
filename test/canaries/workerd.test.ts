import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type CanaryRun, columnOf, leaks, makeSecrets, unplanted } from '../helpers/canaries.ts';
import { documentedColumn } from '../helpers/canary-table.ts';
import { WORKERD } from '../helpers/runtimes.ts';
import { type Collector, startCollector } from '../helpers/start-canary-collector.ts';
import { startCanarySite } from '../helpers/start-canary-site.ts';
import { startWorkerd } from '../helpers/start-workerd.ts';

const PROGRAM = fileURLToPath(new URL('plant-in-workerd.ts', import.meta.url));

/** Runs a worker whose telemetry a collector takes, refuses, or does not hear of. */
async function run(kind: Collector['kind'], hooksThrow = false): Promise<CanaryRun> {
  const secrets = makeSecrets();
  const site = await startCanarySite(new Map(), secrets);
  const collector = await startCollector(kind);
  const plan = { secrets, ws: site.ws, otlp: collector.url, hooksThrow };
  const workerd = await startWorkerd(WORKERD ?? '', PROGRAM, { SECRET_TOKEN: secrets.variable });
  const response = await fetch(workerd.url, { method: 'POST', body: JSON.stringify(plan) });
  const { planted, lines } = (await response.json()) as { planted: string[]; lines: string[] };
  await workerd.stop();
  await site.close();
  await collector.close();
  return {
    secrets,
    planted: [...planted, 'response', 'refusal', 'ping', 'variable'],
    wire: site.wire,
    // workerd has no disk.
    sinks: { ...collector.sinks, log: lines, disk: [] },
  };
}

it.skipIf(!WORKERD)(
  'shows a secret in workerd only where the contract says so',
  { timeout: 180_000 },
  async () => {
    const runs = [await run('takes'), await run('takes', true), await run('refuses'), await run('is away')];
    expect(unplanted(runs.slice(0, 1))).toEqual([]);
    const column = columnOf(runs);
    expect(leaks(column)).toEqual([]);
    expect(documentedColumn('workerd', column)).toEqual(column);
  },
);
