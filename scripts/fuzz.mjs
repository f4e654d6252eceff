/**
 * Runs the fuzz: `npm run fuzz -- --runs 1000000 --seed 1`. Without `--runs`, as many cases as CI tries. Without `--seed`,
 * other cases at each run. `--path` tries one case, as a failure prints it. Other arguments go to vitest.
 */
import { parseArgs } from 'node:util';
import { runProgram } from './run-program.mjs';

const NAMES = ['runs', 'seed', 'path'];
const options = Object.fromEntries(NAMES.map((name) => [name, { type: 'string' }]));
const { values, tokens } = parseArgs({ options, strict: false, tokens: true, allowPositionals: true });
const ours = tokens.filter(({ kind, name }) => kind === 'option' && NAMES.includes(name));
const taken = new Set(ours.flatMap(({ index, inlineValue }) => (inlineValue ? [index] : [index, index + 1])));
const rest = process.argv.slice(2).filter((_argument, index) => !taken.has(index));

for (const [name, value] of Object.entries(values)) {
  if (NAMES.includes(name)) process.env[`FUZZ_${name.toUpperCase()}`] = String(value);
}
runProgram('vitest', ['run', '--project', 'fuzz', ...rest]);
