/**
 * Runs test suites of others bare and observed, and compares test by test.
 *
 * Usage: node suites/main.ts [--sources FOLDER] [NAME ...]
 *
 * Without names, all suites run, and the results go to `docs/third-party-suites.md`. A suite that this machine cannot
 * get is a failure only if the command names the suite.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareRuns } from './compare-runs.ts';
import { formatPage, formatRow, type SuiteResult } from './results-page.ts';
import { NotAvailable, type Suite } from './suite.ts';
import { SUITES } from './suites.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WORK = join(ROOT, '.cache', 'suites');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sources: { type: 'string' } },
});
const unknown = positionals.find((name) => !SUITES.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`Expected one of ${SUITES.map(({ name }) => `"${name}"`).join(', ')}, got "${unknown}"`);
  process.exit(2);
}

const results: SuiteResult[] = [];
const unavailable = new Map<string, string>();
let failed = 0;
rmSync(WORK, { recursive: true, force: true });
for (const [index, suite] of SUITES.entries()) {
  if (positionals.length > 0 && !positionals.includes(suite.name)) continue;
  console.log(`${suite.name}: running`);
  const result = await runSuite(suite, join(WORK, String(index), 'sources'));
  if (!result) continue;
  results.push(result);
  console.log(formatRow(result));
  const { tests, closes, repeated } = result.comparison;
  for (const { test, bare, observed } of repeated)
    console.log(`  ${test}: ${bare} bare, ${observed} observed`);
  const isEmpty = tests === 0 || (closes === 0 && suite.opensWebSockets !== false);
  if (isEmpty) console.log(`  ${suite.name} ran no test, or no close was recorded`);
  if (isEmpty || repeated.length > 0) failed++;
}
if (positionals.length === 0) {
  writeFileSync(join(ROOT, 'docs', 'third-party-suites.md'), formatPage(results, unavailable));
}
console.log(`${results.length} suites, ${failed} failed, ${unavailable.size} not available`);
process.exitCode = failed === 0 && (positionals.length === 0 || unavailable.size === 0) ? 0 : 1;

async function runSuite(suite: Suite, folder: string): Promise<SuiteResult | undefined> {
  mkdirSync(folder, { recursive: true });
  try {
    const prepared = await suite.prepare(folder, values.sources && resolve(values.sources));
    return { suite, prepared, comparison: await compareRuns(prepared) };
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error;
    console.log(`  not available: ${error.message}`);
    unavailable.set(suite.name, error.message);
    return undefined;
  }
}
