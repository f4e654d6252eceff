import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSources } from './npm-sources.ts';
import { runProgram } from './run-program.ts';
import { OutcomeList, type Outcomes, type Suite } from './suite.ts';

const NEEDS = [
  '@fastify/busboy',
  '@matteo.collina/tspl',
  '@metcoder95/https-pem',
  '@sinonjs/fake-timers',
  'abort-controller',
  'dns-packet',
  'fast-check',
  'jsondiffpatch',
  'node-forge',
  'proxy',
  'ws',
];
const LIBRARY = { name: 'undici', debian: 'node-undici', needs: NEEDS };
const REPORTER = fileURLToPath(new URL('test-events-reporter.mjs', import.meta.url));
const RUNNER = ['--expose-gc', '--test', '--test-concurrency=2', '--test-timeout=60000'];

/** The tests of undici in some of its folders, which run under Node's test runner. */
export function undiciSuite(name: string, globs: readonly string[], opensWebSockets: boolean): Suite {
  return {
    name,
    opensWebSockets,
    async prepare(folder, sources) {
      const prepared = await prepareSources(LIBRARY, folder, sources);
      await runProgram(process.execPath, ['scripts/generate-pem.js'], { cwd: folder });
      const files = globs.flatMap((glob) => globSync(glob, { cwd: folder })).sort();
      return {
        ...prepared,
        async run(env) {
          const args = [...RUNNER, `--test-reporter=${REPORTER}`, ...files];
          const { stdout } = await runProgram(process.execPath, args, { cwd: folder, env });
          return readTestEvents(stdout, folder);
        },
      };
    },
  };
}

/** Reads the lines of `test-events-reporter.mjs`. */
function readTestEvents(stdout: string, folder: string): Outcomes {
  const list = new OutcomeList();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { file, name, outcome } = JSON.parse(line);
    const path = relative(folder, file);
    list.add(name === file || name === path ? path : `${path}: ${name}`, outcome);
  }
  return list.outcomes;
}
