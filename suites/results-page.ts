import type { Comparison, Difference } from './compare-runs.ts';
import type { PreparedSuite, Suite } from './suite.ts';

/** Result of one suite on this machine. */
export interface SuiteResult {
  readonly suite: Suite;
  readonly prepared: PreparedSuite;
  readonly comparison: Comparison;
}

/** Formats the page `docs/third-party-suites.md`. */
export function formatPage(
  results: readonly SuiteResult[],
  unavailable: ReadonlyMap<string, string>,
): string {
  const date = new Date().toISOString().slice(0, 10);
  return `# Test suites of others

_The test suites of the observed libraries, and the cases of Autobahn's test suite, run bare and observed._

\`npm run suites\` writes this page. The run on ${date} used Node ${process.versions.node} on ${process.platform}.

Each suite runs twice: bare, and with \`NODE_OPTIONS=--import=@closespan/node/register\`. The observed run sends its spans to a receiver on the same machine. If a test ends otherwise, both runs are made once more. A difference that comes again fails the command.

| suite | version | tests | passed bare | passed observed | closes recorded | differences |
| --- | --- | ---: | ---: | ---: | ---: | --- |
${results.map(formatRow).join('\n')}

Tests that neither run passes fail or are skipped on this version of Node without closespan, too. The tests of undici's connections open no WebSocket, so no close is recorded there.
${[...unavailable].map(([name, reason]) => `\n**${name}** did not run: ${reason}.\n`).join('')}
## Where the tests come from

${results.map(({ suite, prepared }) => `- **${suite.name}**: ${prepared.source}.`).join('\n')}

The npm packages of these libraries hold no tests. \`npm run suites\` takes the sources from Debian's source packages, with \`apt-get\`. Give \`--sources FOLDER\` to test other versions: a folder with checkouts named \`ws\`, \`websocket\` and \`undici\`.

Autobahn's own program needs Python 2. Its case files run under kosoku instead, a program of other authors, which needs Python 3.10 and pip. The cases about limits and compression (9, 12 and 13) are left out: these cases send much, and close little.

Compared for a case: how the peer behaved, and how the connection was closed.

The tests of websocket kill a server and start the next one on its port at once. They run with \`exitSignals: []\`, since an observed process [sends its closes](limits.md#the-end-of-a-process) before a signal ends the process.
${results.map(formatDifferences).join('')}`;
}

/** Formats one row of the table; the program prints the row as well. */
export function formatRow({ suite, prepared, comparison }: SuiteResult): string {
  const { tests, passedBare, passedObserved, closes, repeated, chance } = comparison;
  const different =
    repeated.length > 0
      ? `**${repeated.length}**`
      : chance.length > 0
        ? `0, ${chance.length} by chance`
        : '0';
  return `| ${[suite.name, prepared.version, tests, passedBare, passedObserved, closes, different].join(' | ')} |`;
}

function formatDifferences({ suite, comparison: { repeated, chance } }: SuiteResult): string {
  if (repeated.length + chance.length === 0) return '';
  const list = (differences: readonly Difference[], what: string) =>
    differences.map(
      ({ test, bare, observed }) => `- \`${test}\`: ${bare} bare, ${observed} observed; ${what}\n`,
    );
  return `
## Differences in ${suite.name}

${[...list(repeated, 'in both runs'), ...list(chance, 'in the first run only')].join('')}`;
}
