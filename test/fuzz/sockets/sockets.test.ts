import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import { NODE_VERSIONS, nodeBinary } from '../../helpers/run-node.ts';
import { fuzz } from '../fuzz.ts';
import { type SocketCase, socketCases } from './cases.ts';
import { expectTrueRecords } from './expect-true-records.ts';
import { type CaseRunner, startCaseRunner } from './run-cases.ts';

/** Runs of one case after which a log of the instrumented app counts as one that the bare app never has. */
const MOST_RUNS = 25;

const SERVERS = ['ws', 'ws7', 'websocket'];
const ends = (version: number): (readonly [string, SocketCase['end']])[] => [
  ...[...SERVERS, 'undici6', 'undici7'].map((library) => [library, 'client'] as const),
  ...(version > 20 ? ['undici8', 'global'] : []).map((library) => [library, 'client'] as const),
  ...SERVERS.map((library) => [library, 'server'] as const),
];

describe.concurrent.each(NODE_VERSIONS)('on Node %s', (version) => {
  const binary = nodeBinary(version);
  if (!binary) return;
  const bare = startCaseRunner(binary, 'bare');
  const instrumented = startCaseRunner(binary, 'instrumented');
  afterAll(() => {
    bare.stop();
    instrumented.stop();
  });

  fuzz(
    `an app on Node ${version} sees what it sees without us, and each connection has one record that says so`,
    750,
    fc.asyncProperty(socketCases(ends(version)), async (one) => {
      const [expected, result] = await Promise.all([bare.run(one), instrumented.run(one)]);
      expectTrueRecords(one, result);
      if (`${result.log}` !== `${expected.log}`)
        expect(result.log).toEqual(await sameLog(bare, one, result.log));
    }),
  );
});

/** Returns a log of the bare app that equals a given one, or its last log after several runs: some ends race. */
async function sameLog(
  bare: CaseRunner,
  one: SocketCase,
  log: readonly string[],
): Promise<readonly string[]> {
  for (let runs = 1; ; runs++) {
    const { log: other } = await bare.run(one);
    if (`${other}` === `${log}` || runs === MOST_RUNS) return other;
  }
}
