import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { selfSign } from '../helpers/self-sign.ts';
import { FAULTS } from './faults.ts';
import { faultsPage, lossTable } from './faults-page.ts';
import { type Result, runScenario, SCENARIOS, type Scenario } from './run-scenario.ts';

const PAGE = new URL('../../docs/faults.md', import.meta.url);
/** Longest time until the last close has arrived, or until the process has ended, in seconds. */
const LONGEST_WAIT: Readonly<Record<Scenario, number>> = {
  running: 60,
  'natural end': 10,
  signal: 10,
  'shutdown()': 10,
};
const MOST_LINES = 4;

const folder = mkdtempSync(join(tmpdir(), 'closespan-faults-'));
const keys = [selfSign(), selfSign()] as const;
const certificate = join(folder, 'trusted.pem');
writeFileSync(certificate, keys[0].cert);
afterAll(() => rmSync(folder, { recursive: true }));

const results = new Map(SCENARIOS.map((scenario) => [scenario, new Map<string, Result>()]));

describe.concurrent.each(SCENARIOS)('%s', (scenario) => {
  it.each(FAULTS)('a collector that $does', async (fault) => {
    const result = await runScenario(fault, scenario, keys, certificate);
    results.get(scenario)?.set(fault.does, result);
    const { lost, doubles, wait, lines } = result;
    // A process that ends takes with it what the collector has not taken.
    expect([lost, doubles]).toEqual([fault.lost ?? (scenario === 'running' ? 0 : 200), 0]);
    expect(wait).toBeLessThan(LONGEST_WAIT[scenario]);
    expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(MOST_LINES);
    if (lost > 0) expect(lines).not.toEqual([]);
  });
});

it('the page docs/faults.md has these numbers', ({ skip }) => {
  const isComplete = [...results.values()].every(({ size }) => size === FAULTS.length);
  skip(!isComplete, 'only some scenarios were run');
  if (process.env['FAULTS_PAGE'] === 'write') writeFileSync(PAGE, faultsPage(results));
  expect(readFileSync(PAGE, 'utf8')).toContain(lossTable(results));
});
