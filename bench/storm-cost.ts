import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, ratioOf, report, SMOKE } from './figure.ts';
import { turnsOfSpread } from './spread-storm.ts';
import { startPeer } from './start-peer.ts';
import type { StormCost } from './storm-cost-server.ts';

// What a storm of closes costs the process that has it, with export: turns of its event loop, CPU time and memory.

const REAL = SMOKE ? 500 : 10_000;
const SPREAD = SMOKE ? 1000 : 50_000;
const SPREAD_MILLIS = SMOKE ? 20 : 1000;
const SIMULATED = SMOKE ? 5120 : 100_000;
const ROUNDS = SMOKE ? 1 : 10;
/** A server has closed sockets before it closes all. */
const WARM_UP = SMOKE ? 0 : 3;
const MEMORY_ROUNDS = SMOKE ? 1 : 4;

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const sink = fork(file('sink.ts'));
const [url] = await once(sink, 'message');

const servers = await costsOfServers();
const against = (what: keyof StormCost) =>
  median(servers.closespan.map((cost, i) => cost[what] / (servers.bare[i]?.[what] ?? Number.NaN)));
report({
  title: `storm of ${REAL} real sockets in one turn, longest loop turn, against bare`,
  value: against('turn'),
  unit: '×',
  target: 1.4,
});
report({
  title: '  the same, CPU until all are closed',
  value: against('closed'),
  unit: '×',
  target: 1.4,
});
// Spans and metrics are made and sent after that, turn by turn: the SDK's exporter alone takes some 14 µs a span.
report({ title: '  the same, CPU until all is exported', value: against('exported'), unit: '×' });
report({
  title: `storm of ${SPREAD} closes over ${SPREAD_MILLIS} ms, longest loop turn, warm`,
  value: median((await turnsOfSpread(url, SPREAD, SPREAD_MILLIS, WARM_UP + ROUNDS)).slice(WARM_UP)),
  unit: 'ms',
  target: 25,
});
report({
  title: `storm of ${SIMULATED} closes, RSS growth, against a big batch queue`,
  value: await ratioOf(
    MEMORY_ROUNDS,
    () => growthOf('spans'),
    () => growthOf('recorder'),
  ),
  unit: '×',
  target: 0.7,
});
sink.disconnect();

/** Real servers that close all their sockets in one turn, by turns; of each the rounds' costs. */
async function costsOfServers(): Promise<Record<'bare' | 'closespan', StormCost[]>> {
  const peer = await startPeer(REAL);
  const storms = {
    bare: await startServer('bare', []),
    closespan: await startServer('closespan', ['--import', '@closespan/node/register']),
  };
  const costs = { bare: [] as StormCost[], closespan: [] as StormCost[] };
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const names = ['bare', 'closespan'] as const;
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const cost = await storms[name].run(peer.connect);
      if (round >= 0) costs[name].push(cost);
    }
  }
  for (const { stop } of Object.values(storms)) stop();
  peer.stop();
  return costs;
}

async function startServer(name: string, loaded: string[]) {
  const server = fork(file('storm-cost-server.ts'), [name], {
    execArgv: ['--expose-gc', ...loaded],
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: url },
  });
  const [port] = await once(server, 'message');
  return {
    async run(connect: (port: number) => Promise<void>): Promise<StormCost> {
      await connect(port);
      server.send('storm');
      const [cost] = await once(server, 'message');
      return cost;
    },
    stop: () => server.disconnect(),
  };
}

function failed(): never {
  throw new Error('a process ended without an answer');
}

/** Bytes by which a fresh process grows. */
async function growthOf(way: 'recorder' | 'spans'): Promise<number> {
  const child = fork(file('storm-cost-memory.ts'), [way, url, String(SIMULATED)]);
  const [growth] = await Promise.race([once(child, 'message'), once(child, 'exit').then(failed)]);
  child.disconnect();
  return growth;
}
