// Chooses the seed of a run of the fuzz, and prints at the end how many cases each property tried.
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ALL_CASES, type FuzzSettings } from './fuzz-settings.ts';

export default function setup(project: TestProject): () => void {
  const { FUZZ_SEED, FUZZ_RUNS, FUZZ_PATH } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'closespan-fuzz-'));
  const settings: FuzzSettings = {
    seed: Number(FUZZ_SEED || randomInt(2 ** 31)),
    runs: Number(FUZZ_RUNS || ALL_CASES),
    path: FUZZ_PATH || undefined,
    log: join(folder, 'cases'),
  };
  writeFileSync(settings.log, '');
  project.provide('fuzz', settings);
  console.log(`fuzz: seed ${settings.seed}`);
  return () => {
    const lines = readFileSync(settings.log, 'utf8').trim().split('\n').sort();
    const cases = lines.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
    console.log(['', ...lines, `fuzz: ${cases} cases with seed ${settings.seed}`].join('\n'));
    console.log(
      `fuzz: the same cases again: npm run fuzz -- --seed ${settings.seed} --runs ${settings.runs}`,
    );
    rmSync(folder, { recursive: true });
  };
}
