import { markdownTable } from '../helpers/markdown-table.ts';
import { FAULTS } from './faults.ts';
import { type Result, SCENARIOS, type Scenario } from './run-scenario.ts';

/** Results of all scenarios, by scenario and by what the collector does. */
export type Results = ReadonlyMap<Scenario, ReadonlyMap<string, Result>>;

const HEADS = ['a collector that …', ...SCENARIOS];

/** Returns the table of lost and doubled closes, in Markdown. No cell depends on the machine. */
export function lossTable(results: Results): string {
  return table(results, ({ lost, doubles }) => (doubles > 0 ? `${lost}, ${doubles} twice` : String(lost)));
}

/** Returns the page `docs/faults.md`. */
export function faultsPage(results: Results): string {
  return `# Collectors that fail

A real process with \`@closespan/node/register\` closes 100 connections, whose two ends make 200 closes. Its collector fails in one of these ways. The test \`test/faults\` asserts each number of the first table, and the limits of the second. \`npm run faults\` runs the test and writes this page.

- **running**: the collector recovers, and the process closes 100 connections more. It then shuts down.
- **natural end**: the process has nothing left to do, and the collector still fails.
- **signal**: SIGTERM ends a process that does not listen for signals.
- **shutdown()**: the process listens for SIGTERM, and awaits \`shutdown()\`.

## Lost

Closes that the collector never took. No close arrived twice.

${lossTable(results)}

A collector that recovers while the process runs costs no close. What it refused or rejected before is lost: OTLP forbids to send that again. At the end of a process the time is up after \`exitTimeout\`, 5 seconds here. The process has no [spool](telemetry.md#the-spool), which would store the closes that did not arrive.

## Waits and log lines

While the process runs: the seconds from the recovery until all closes had arrived. Spans are sent again after 5 seconds or more. At the end: the seconds until the process had ended. The test allows 10 seconds at the end, since other tests keep its machine busy, and 4 lines. The numbers are those of the last run on a busy machine.

${table(results, ({ wait, lines }) => `${wait.toFixed(1)} s, ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`)}

At a \`Retry-After\` of ten years, the test calls \`forceFlush()\` in the running process, which would otherwise wait for five minutes.
`;
}

function table(results: Results, cell: (result: Result) => string): string {
  const rows = FAULTS.map(({ does }) => [
    does,
    ...SCENARIOS.map((scenario) => {
      const result = results.get(scenario)?.get(does);
      return result ? cell(result) : '';
    }),
  ]);
  return markdownTable(HEADS, rows);
}
