/**
 * Measures what closes cost the Collectors: `node stack/load/main.ts --rate 2000 --seconds 60`.
 * Exits with 1 when a close is lost.
 */
import { parseArgs } from 'node:util';
import { runLoad, type Spent } from './run-load.ts';

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '2000' }, seconds: { type: 'string', default: '60' } },
});
const result = await runLoad(Number(values.rate), Number(values.seconds));
console.log(`${result.closes} closes at ${result.rate.toFixed(0)}/s: ${result.lost} lost`);
console.log(
  `${result.kept} kept by the gateway; ${result.abnormalMissing} abnormal ones not in the trace store`,
);
console.log(`sender: ${result.senderCpuMicros.toFixed(0)} µs of CPU a close`);
for (const tier of ['agent', 'gateway'] as const) console.log(`${tier}: ${describe(result[tier])}`);
process.exitCode = result.lost === 0 && result.abnormalMissing === 0 ? 0 : 1;

function describe({ cpuMicros, bytesIn, bytesOut, residentMegabytes }: Spent): string {
  return `${cpuMicros.toFixed(0)} µs of CPU, ${bytesIn.toFixed(0)} bytes in and ${bytesOut.toFixed(0)} out a close; ${residentMegabytes.toFixed(0)} MB`;
}
