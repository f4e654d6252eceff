import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';

const BENCHES = [
  'close',
  'message',
  'heap',
  'open',
  'sweep',
  'storm',
  'storm-cost',
  'outage',
  'churn',
  'browser',
  'page-bytes',
  'start',
];
const DIGITS = { '×': 3, ms: 1, bytes: 0, lost: 0 };

const args = process.argv.slice(2);
const smoke = args.includes('--smoke');
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = named.find((name) => !BENCHES.includes(name));
if (unknown) {
  console.error(`Expected one of ${BENCHES.join(', ')}, got \`${unknown}\``);
  process.exit(2);
}

let missed = 0;
for (const name of named.length > 0 ? named : BENCHES) {
  const { exitCode, figures } = await run(name);
  if (exitCode !== 0) {
    missed++;
    console.log(`${name}: failed with exit code ${exitCode}`);
  }
  for (const figure of figures) if (!print(figure)) missed++;
}
console.log(missed === 0 ? 'every target that was judged is met' : `${missed} missed`);
process.exitCode = missed === 0 ? 0 : 1;

/** Runs a bench in a process of its own, so that none warms up or litters another. */
async function run(name: string): Promise<{ exitCode: number | null; figures: Figure[] }> {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', file, ...(smoke ? ['--smoke'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const lines = (await text(child.stdout)).split('\n').filter((line) => line.startsWith('{'));
  return { exitCode: await exit, figures: lines.map((line) => JSON.parse(line)) };
}

/** A smoke run judges what is counted, never what is timed or weighed: it is too short for that. */
function print({ title, value, unit, target }: Figure): boolean {
  const shown = value.toFixed(DIGITS[unit]);
  if (target === undefined) {
    console.log(`${title.padEnd(64)} ${shown.padStart(8)} ${unit}`);
    return true;
  }
  const judged = unit === 'lost' || !smoke;
  const met = value <= target;
  const verdict = !judged ? 'not judged' : met ? 'ok' : 'MISSED';
  console.log(
    `${title.padEnd(64)} ${shown.padStart(8)} ${unit.padEnd(5)}  target ≤ ${target} ${unit}  ${verdict}`,
  );
  return met || !judged;
}
