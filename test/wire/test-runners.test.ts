import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const root = fileURLToPath(new URL('fixtures/runners', import.meta.url));
const register = `--import ${import.meta.resolve('@closespan/node/register')}`;
const jest = [fileURLToPath(import.meta.resolve('jest/bin/jest')), '--runInBand', '--rootDir', root];
const vitest = [
  fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json'))),
  ...['run', '--globals', '--root', root, '--maxWorkers', '1', '.test.mjs'],
];

/** Arguments of test runners, by what they are. Each gives a test file a global scope, and copies of modules, of its own. */
const RUNNERS: Readonly<Record<string, string[]>> = {
  Jest: [...jest, '--config', JSON.stringify({ testMatch: ['**/*.test.cjs'] })],
  'Jest, setupFiles': [
    ...jest,
    ...['--config', JSON.stringify({ testMatch: ['**/*.test.cjs'], setupFiles: ['<rootDir>/setup.cjs'] })],
  ],
  'Jest, ES modules': [...jest, '--config', JSON.stringify({ testMatch: ['**/*.test.mjs'] })],
  'Vitest, vmForks': [...vitest, '--pool', 'vmForks'],
  'Vitest, vmThreads': [...vitest, '--pool', 'vmThreads'],
  'Vitest, forks': [...vitest, '--pool', 'forks'],
};

const ENDS = ['/one client 4001', '/one server 4001', '/two client 4001', '/two server 4001'];

/** Runs two test files in one process, one after the other, and returns what was recorded. */
async function run(runner: string, start: 'file' | '', options: string) {
  const directory = await mkdtemp(join(tmpdir(), 'runners-'));
  const file = join(directory, 'hooked');
  await writeFile(file, '');
  const receiver = await startOtlpReceiver();
  const { exitCode, stderr } = await runNode(process.execPath, RUNNERS[runner] ?? [], {
    NODE_OPTIONS: `${options} ${runner.includes('ES modules') ? '--experimental-vm-modules' : ''}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    START: start,
    HOOKED: file,
    VITEST: '',
  });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  await receiver.close();
  const hooked = (await readFile(file, 'utf8')).trim().split('\n').sort();
  await rm(directory, { recursive: true });
  const spans = receiver.spans.map((span) => closeLine(span).split(' ').slice(0, 3).join(' '));
  return { hooked, spans: spans.sort() };
}

describe.concurrent('a copy of ws in the scope of a test file has one record of each end', () => {
  it.each(['Jest', 'Jest, ES modules', 'Vitest, vmForks', 'Vitest, vmThreads'])(
    '%s, each file starts closespan and never stops it',
    async (runner) => {
      expect(await run(runner, 'file', '')).toEqual({ hooked: ENDS, spans: ENDS });
    },
  );

  it('Jest, a file of setupFiles starts closespan', async () => {
    expect(await run('Jest, setupFiles', '', '')).toEqual({ hooked: ENDS, spans: ENDS });
  });

  it.each(['Jest', 'Vitest, vmForks', 'Vitest, forks'])(
    '%s, the process registers closespan',
    async (runner) => {
      expect(await run(runner, '', register)).toEqual({ hooked: [''], spans: ENDS });
    },
  );

  it.each(['Jest', 'Vitest, vmForks'])(
    '%s, the process registers closespan, and each file starts it, too',
    async (runner) => {
      expect(await run(runner, 'file', register)).toEqual({ hooked: [''], spans: ENDS });
    },
  );
});
