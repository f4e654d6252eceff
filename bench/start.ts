import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, report, SMOKE } from './figure.ts';

// The time from the start of the program `closespan` to its first line, which says that it listens. The start of Node
// itself is shown beside it.

const ROUNDS = SMOKE ? 2 : 9;
const BIN = fileURLToPath(new URL('../packages/closespan/dist/bin.js', import.meta.url));

/** Milliseconds until a program prints its first line. */
async function firstLine(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const taken = performance.now() - started;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return taken;
}

async function medianOf(args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await firstLine(args));
  return median(times);
}

report({
  title: 'first line of closespan',
  value: await medianOf([BIN, '--port', '0']),
  unit: 'ms',
  target: 1000,
});
report({ title: 'first line of Node', value: await medianOf(['-e', 'console.log(1)']), unit: 'ms' });
