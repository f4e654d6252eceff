import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import type { Outcomes, PreparedSuite } from './suite.ts';

const REGISTER = fileURLToPath(new URL('../packages/node/dist/register.js', import.meta.url));

/** Difference between a bare run and an observed one. */
export interface Difference {
  readonly test: string;
  readonly bare: string;
  readonly observed: string;
}

/** Result of a suite: what its tests gave bare and observed by closespan. */
export interface Comparison {
  readonly tests: number;
  readonly passedBare: number;
  readonly passedObserved: number;
  /** Number of closes that a receiver got from the first observed run. */
  readonly closes: number;
  /** Differences of the first pair of runs that a second pair did not repeat. */
  readonly chance: readonly Difference[];
  /** Differences that both pairs of runs showed. */
  readonly repeated: readonly Difference[];
}

/** Runs a suite bare and observed, and runs the suite twice more if any test ended otherwise. */
export async function compareRuns(suite: PreparedSuite): Promise<Comparison> {
  const bare = await suite.run({});
  const { outcomes: observed, closes } = await runObserved(suite);
  const first = differences(bare, observed);
  const second =
    first.length > 0 ? differences(await suite.run({}), (await runObserved(suite)).outcomes) : [];
  const isRepeated = ({ test }: Difference) => second.some((other) => other.test === test);
  return {
    tests: bare.size,
    passedBare: countPassed(bare),
    passedObserved: countPassed(observed),
    closes,
    chance: first.filter((difference) => !isRepeated(difference)),
    repeated: first.filter(isRepeated),
  };
}

async function runObserved(suite: PreparedSuite): Promise<{ outcomes: Outcomes; closes: number }> {
  const receiver = await startOtlpReceiver();
  const NODE_OPTIONS = `--import=${REGISTER}`;
  const outcomes = await suite.run({ NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const closes = receiver.spans.length;
  await receiver.close();
  return { outcomes, closes };
}

/** Lists the tests that ended otherwise, or ran in one of the runs only. */
function differences(bare: Outcomes, observed: Outcomes): Difference[] {
  return [...new Set([...bare.keys(), ...observed.keys()])]
    .map((test) => ({
      test,
      bare: bare.get(test) ?? 'did not run',
      observed: observed.get(test) ?? 'did not run',
    }))
    .filter((difference) => difference.bare !== difference.observed);
}

function countPassed(outcomes: Outcomes): number {
  return [...outcomes.values()].filter((outcome) => outcome.startsWith('passed')).length;
}
