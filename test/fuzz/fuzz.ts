import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { inject, it } from 'vitest';
import { ALL_CASES } from './fuzz-settings.ts';

/** Longest time for one property, in milliseconds: a night. */
const NIGHT = 12 * 60 * 60 * 1000;
/** Longest time for one case, in milliseconds. A case that takes longer has failed. */
const CASE = 20_000;

/**
 * Declares a test that tries random cases of a property. A failure shows the smallest failing case that was found, and
 * the command that tries this case again.
 * @param cases share of the cases of a run with `ALL_CASES` cases
 */
export function fuzz<Case>(behaviour: string, cases: number, property: fc.IRawProperty<Case>): void {
  it(behaviour, { timeout: NIGHT }, async () => {
    const { seed, runs, path, log } = inject('fuzz');
    const numRuns = Math.ceil((cases * runs) / ALL_CASES);
    const details = await fc.check(property, {
      seed,
      numRuns,
      timeout: CASE,
      ...(path !== undefined && { path }),
    });
    appendFileSync(log, `${details.numRuns}\t${behaviour}\n`);
    if (!details.failed) return;
    const again = `npm run fuzz -- --seed ${seed} --path ${details.counterexamplePath} -t '${behaviour}'`;
    const { errorInstance: cause } = details;
    throw new Error(`${fc.defaultReportMessage(details)}\n\nTry this case again: ${again}\n`, { cause });
  });
}
