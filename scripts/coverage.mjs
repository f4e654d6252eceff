/**
 * Measures which lines and branches of core the tests run, and names each branch that no test runs.
 *
 * Fails where less than 95 % of the lines run, and where a branch that does not run has no reason in
 * `scripts/untested-branches.json`. Some branches run by chance, such as those for a connection that breaks at a certain
 * moment. So a branch without a reason is measured a second time, and a reason too many is printed and fails nothing.
 * `--read` measures nothing and reads the last run. `--update` adds the branches that the file lacks, without a reason,
 * and removes those that run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, runProgram } from './run-program.mjs';

const LEAST_LINES = 95;
const SOURCES = join(ROOT, 'packages/core/src');
const REASONS = join(ROOT, 'scripts/untested-branches.json');

const reasons = JSON.parse(readFileSync(REASONS, 'utf8'));
const mayMeasure = !process.argv.includes('--read');
if (mayMeasure) measure();
let { share, count, untested } = readMeasure();
if (process.argv.includes('--update')) update();
else if (mayMeasure && untested.some(isUnnamed)) {
  measure();
  const ran = untested;
  ({ share, count, untested } = readMeasure());
  // What has run once is no untested branch.
  untested = untested.filter(({ file, code }) => ran.some((one) => one.file === file && one.code === code));
}

for (const { file, line, code } of untested)
  console.log(`${file}:${line} ${code} - ${reasons[file]?.[code] ?? 'NO REASON'}`);
const unnamed = untested.filter(isUnnamed);
const stale = Object.entries(reasons).flatMap(([file, named]) =>
  Object.keys(named)
    .filter((code) => !untested.some((branch) => branch.file === file && branch.code === code))
    .map((code) => `${file}: ${code}`),
);
for (const branch of stale)
  console.log(`${branch} - has run now: does scripts/untested-branches.json need it?`);
console.log(`${share.toFixed(2)} % of core's ${count} lines run, at least ${LEAST_LINES} % must`);
console.log(`${untested.length} branches do not run: ${unnamed.length} without a reason`);
process.exitCode = share >= LEAST_LINES && unnamed.length === 0 ? 0 : 1;

function measure() {
  runProgram('vitest', ['run', '--config', 'vitest.coverage.config.ts']);
}

/** The last measure: the share of the lines that run, the number of lines, and the branches that do not run. */
function readMeasure() {
  const files = Object.values(JSON.parse(readFileSync(join(ROOT, 'coverage/coverage-final.json'), 'utf8')));
  const lines = files.flatMap(linesOf);
  return {
    share: (100 * lines.filter(Boolean).length) / lines.length,
    count: lines.length,
    untested: files.flatMap(untestedBranches),
  };
}

function isUnnamed({ file, code }) {
  return !reasons[file]?.[code];
}

/** For each line with a statement, whether a statement of it has run. */
function linesOf({ statementMap, s }) {
  const ran = new Map();
  for (const [id, { start }] of Object.entries(statementMap)) {
    ran.set(start.line, s[id] > 0 || ran.get(start.line) === true);
  }
  return [...ran.values()];
}

/** The lines with a branch that has not run, once each. A line is known by its code, since numbers move. */
function untestedBranches({ path, branchMap, b }) {
  const text = readFileSync(path, 'utf8').split('\n');
  const found = new Map();
  for (const [id, { loc, locations }] of Object.entries(branchMap)) {
    b[id].forEach((count, index) => {
      // An `else` that is not written has no place of its own.
      const line = locations[index].start?.line ?? loc.start.line;
      if (count === 0) found.set(text[line - 1].trim(), line);
    });
  }
  return [...found]
    .map(([code, line]) => ({ file: relative(SOURCES, path), line, code }))
    .sort((a, b2) => a.line - b2.line);
}

function update() {
  const kept = {};
  for (const { file, code } of untested) {
    kept[file] ??= {};
    kept[file][code] = reasons[file]?.[code] ?? '';
  }
  writeFileSync(REASONS, `${JSON.stringify(kept, null, 2)}\n`);
  Object.assign(reasons, kept);
}
