import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CanaryRun, columnOf, leaks, makeSecrets, unplanted } from '../helpers/canaries.ts';
import { documentedColumn } from '../helpers/canary-table.ts';
import { type Engine, until } from '../helpers/engine.ts';
import { ENGINES, type EngineName, startEngine } from '../helpers/engines.ts';
import { type Collector, startCollector } from '../helpers/start-canary-collector.ts';
import { bundleCanaryPages, startCanarySite } from '../helpers/start-canary-site.ts';

let scripts: ReadonlyMap<string, string>;
beforeAll(async () => {
  scripts = await bundleCanaryPages();
});

describe.each(Object.keys(ENGINES) as EngineName[])('%s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    if (ENGINES[name]) engine = await startEngine(name);
  });
  afterAll(() => engine?.close());

  /** Runs a page whose telemetry a collector takes, refuses, or does not hear of. */
  async function run(
    where: 'plant' | 'plantInWorker',
    kind: Collector['kind'] | 'on its own origin',
    hooksThrow = false,
  ): Promise<CanaryRun> {
    const secrets = makeSecrets();
    const site = await startCanarySite(scripts, secrets);
    const collector = await startCollector(kind === 'on its own origin' ? 'takes' : kind);
    const otlp = kind === 'on its own origin' ? site.url : collector.url;
    const tab = await engine.openTab(`${site.url}/first?token=${secrets.referrer}`);
    const address = `${site.url}/?token=${secrets.location}#${secrets.location}`;
    await tab.evaluate(`setTimeout(() => { location.href = '${address}' })`);
    await until(tab, `location.search.includes('${secrets.location}') && 'plant' in window`);
    const plan = JSON.stringify({ secrets, ws: site.ws, otlp, hooksThrow });
    const report = (await tab.evaluate(`${where}(${plan}).then(JSON.stringify, String)`)) as string;
    await tab.close();
    await site.close();
    await collector.close();
    const { planted, lines, disk } = JSON.parse(report);
    const places = ['response', 'refusal', 'ping', 'location', 'pageCookie', 'referrer'];
    const isPage = where === 'plant';
    return {
      secrets,
      planted: [...planted, ...(isPage ? places : places.slice(0, 4))],
      wire: site.wire,
      sinks: {
        span: [...collector.sinks.span, ...site.sinks.span],
        metrics: [...collector.sinks.metrics, ...site.sinks.metrics],
        request: [...collector.sinks.request, ...site.sinks.request],
        log: lines,
        disk: [disk],
      },
    };
  }

  it.skipIf(!ENGINES[name]).each([
    { where: 'plant', heading: `${name}, page` },
    { where: 'plantInWorker', heading: `${name}, worker` },
  ] as const)(
    'shows a secret only where the contract says so: $heading',
    { timeout: 180_000 },
    async ({ where, heading }) => {
      const runs = [
        await run(where, 'takes'),
        await run(where, 'takes', true),
        await run(where, 'on its own origin'),
        await run(where, 'refuses'),
        await run(where, 'is away'),
      ];
      expect(unplanted(runs.slice(0, 1))).toEqual([]);
      const column = columnOf(runs);
      expect(leaks(column)).toEqual([]);
      expect(documentedColumn(heading, column)).toEqual(column);
    },
  );
});
