import { expect, it } from 'vitest';
import { compareRuns } from '../../suites/compare-runs.ts';
import type { Outcomes, PreparedSuite } from '../../suites/suite.ts';

/** Suite whose runs are given, in the order in which they are made: bare, observed, bare, observed. */
function suiteOf(...runs: readonly Record<string, string>[]): PreparedSuite & { readonly envs: object[] } {
  const envs: object[] = [];
  return {
    ...{ version: '1.0.0', source: 'this test', envs },
    async run(env): Promise<Outcomes> {
      envs.push(env);
      return new Map(Object.entries(runs[envs.length - 1] ?? {}));
    },
  };
}

it('a suite of others that ends alike bare and observed runs once each way', async () => {
  const suite = suiteOf({ a: 'passed', b: 'failed' }, { a: 'passed', b: 'failed' });
  expect(await compareRuns(suite)).toEqual({
    ...{ tests: 2, passedBare: 1, passedObserved: 1, closes: 0, chance: [], repeated: [] },
  });
  expect(suite.envs).toEqual([
    {},
    {
      NODE_OPTIONS: expect.stringMatching(/^--import=.*\/packages\/node\/dist\/register\.js$/),
      OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringMatching(/^http:/),
    },
  ]);
});

it.each([
  ['fails', { a: 'failed' }, { test: 'a', bare: 'passed', observed: 'failed' }],
  ['is skipped', { a: 'skipped' }, { test: 'a', bare: 'passed', observed: 'skipped' }],
  ['does not run', {}, { test: 'a', bare: 'passed', observed: 'did not run' }],
])('a test of others that %s when observed, twice, is a difference', async (_what, observed, difference) => {
  const bare = { a: 'passed' };
  const { repeated, chance } = await compareRuns(suiteOf(bare, observed, bare, observed));
  expect({ repeated, chance }).toEqual({ repeated: [difference], chance: [] });
});

it('a test of others that ends otherwise only once is no difference, and is named', async () => {
  const passed = { a: 'passed', b: 'passed' };
  const { repeated, chance } = await compareRuns(suiteOf(passed, { a: 'passed' }, passed, passed));
  expect(repeated).toEqual([]);
  expect(chance).toEqual([{ test: 'b', bare: 'passed', observed: 'did not run' }]);
});
