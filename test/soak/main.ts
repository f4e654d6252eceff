import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startClients } from './clients.ts';
import { startCollector } from './collector.ts';
import { slopePerHour } from './slope.ts';

// A server with many open connections, whose collector comes and goes. What grows with time is a leak.

interface Sample {
  readonly time: number;
  readonly rss: number;
  readonly heap: number;
  readonly listeners: number;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    connections: { type: 'string', default: '5000' },
    rate: { type: 'string', default: '200' },
    leak: { type: 'boolean', default: false },
  },
});
const [minutes, connections, rate] = [values.minutes, values.connections, values.rate].map(Number) as [
  number,
  number,
  number,
];
/** Seconds for which the collector is away and back, in turn. */
const [AWAY, BACK] = [4, 6];
/** Share of the time for which the process may still grow: code is compiled, pools are filled. */
const WARM_UP = 0.5;
/** Samples that a slope needs. On a busy machine, a short run takes longer for them. */
const FEWEST_SAMPLES = 12;
const MIB = 2 ** 20;
/** Most growth in MiB an hour, of the heap after garbage collection and of resident memory. */
const [MOST_HEAP, MOST_RSS] = minutes >= 30 ? [5, 20] : [60, 20];
/** A short run does not judge resident memory: the steps of the allocator are larger than the growth by a small leak. */
const JUDGES_RSS = minutes >= 30;
/** Idle connections to the collector, and what Node keeps for them. */
const MOST_HANDLES = 10;

const collector = await startCollector();
const server = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), values.leak ? ['--leak'] : [], {
  execArgv: ['--expose-gc'],
  env: {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    // A busy machine may respond late, and what is sent again then arrives twice.
    OTEL_EXPORTER_OTLP_TIMEOUT: '120000',
  },
});
const [port] = (await once(server, 'message')) as [number];

async function ask<T>(command: string): Promise<T> {
  server.send(command);
  const [answer] = await once(server, 'message');
  return answer as T;
}

console.log(`${connections} open connections, ${rate} closes a second, ${minutes} minutes`);
const clients = await startClients(port, connections, rate);
const samples: Sample[] = [];
const until = performance.now() + minutes * 60_000;
while (performance.now() < until || samples.length < FEWEST_SAMPLES) {
  collector.leave();
  await wait(AWAY * 1000);
  collector.comeBack();
  await wait(BACK * 1000);
  // Always in one phase: what waited has arrived.
  samples.push({ time: performance.now(), ...(await ask<Omit<Sample, 'time'>>('sample')) });
}
await clients.stop();
const { closes, handles, listeners } = await ask<{ closes: number; handles: number; listeners: number }>(
  'stop',
);
await once(server, 'exit');
await collector.close();

const warm = samples.slice(Math.floor(samples.length * WARM_UP));
const slope = (of: (sample: Sample) => number) =>
  slopePerHour(warm.map((sample) => ({ time: sample.time, value: of(sample) })));
const first = warm[0] as Sample;
const last = warm.at(-1) as Sample;
const most = (of: (sample: Sample) => number) => Math.max(...warm.map((sample) => of(sample) - of(first)));

const figures: readonly (readonly [title: string, value: number, target: number, unit: string])[] = [
  ['heap after garbage collection, slope', slope(({ heap }) => heap) / MIB, MOST_HEAP, 'MiB/h'],
  ['resident memory, slope', slope(({ rss }) => rss) / MIB, MOST_RSS, 'MiB/h'],
  ['handles that are left at the end', handles, MOST_HANDLES, ''],
  ['listeners that were added', most((sample) => sample.listeners), 0, ''],
  ['listeners that are left at the end', listeners, 0, ''],
  ['closes that were lost', closes - collector.arrived(), 0, `of ${closes}`],
  ['closes that arrived twice', collector.doubles(), 0, ''],
];
let missed = 0;
for (const [title, value, target, unit] of figures) {
  const isMet = value <= target;
  const isJudged = JUDGES_RSS || !title.startsWith('resident');
  if (!isMet && isJudged) missed++;
  const shown = `${title.padEnd(40)} ${value.toFixed(1).padStart(8)} ${unit}`;
  console.log(
    `${shown.padEnd(66)} target ≤ ${target}  ${!isJudged ? 'not judged' : isMet ? 'ok' : 'MISSED'}`,
  );
}
console.log(
  `heap ${(last.heap / MIB).toFixed(1)} MiB, resident ${(last.rss / MIB).toFixed(1)} MiB at the end, ${warm.length} samples`,
);
process.exitCode = missed === 0 ? 0 : 1;
