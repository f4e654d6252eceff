import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChurnJob } from './churn-client.ts';
import { median, report, SMOKE } from './figure.ts';

// What a connection, and a message, cost a server: its CPU time with us and with others, against none, with export.

const ROUNDS = SMOKE ? 1 : 10;
/** Of each kind: what two processes with the same code need differs by up to a tenth. */
const COPIES = SMOKE ? 1 : 3;
/** A server runs for weeks; in the first seconds its code is compiled. */
const WARM_UP = SMOKE ? 1 : 8;
const CHURN = { cycles: SMOKE ? 40 : 2000, messages: 0 };
const ECHO = { cycles: 20, messages: SMOKE ? 20 : 1000 };
const FLAT = { cycles: SMOKE ? 40 : 50_000, messages: 0 };

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const peers = file('peers/');

/** What is loaded before each server. */
const LOADED: Record<string, string[]> = {
  bare: [],
  closespan: ['--require', '@closespan/node/register'],
  'dd-trace': ['--require', `${peers}node_modules/dd-trace/init.js`],
  'opentelemetry-instrumentation-ws': ['--import', `${peers}opentelemetry.ts`],
};
const OTHERS = Object.keys(LOADED).slice(2);

interface Server {
  readonly name: string;
  readonly process: ChildProcess;
  readonly port: number;
}

const sink = fork(file('sink.ts'));
const [url] = await once(sink, 'message');
const client = fork(file('churn-client.ts'));
await once(client, 'message');
const servers = await Promise.all(
  Array.from({ length: COPIES }, () => Object.keys(LOADED))
    .flat()
    .map(start),
);

await reportRatios('connect-close churn, CPU of the server', CHURN, 1.3, 0.85);
await reportRatios('message echo, CPU of the server', ECHO, 1.02, 1.02);
const [closespan] = servers.filter(({ name }) => name === 'closespan') as [Server];
await run(closespan, FLAT);
const before = await ask(closespan, 'heap');
await run(closespan, FLAT);
report({
  title: `heap a closed connection leaves, after ${2 * FLAT.cycles}`,
  value: Math.max(0, (await ask(closespan, 'heap')) - before) / FLAT.cycles,
  unit: 'bytes',
  target: 8,
});
for (const { process } of servers) process.disconnect();
client.disconnect();
sink.disconnect();

async function start(name: string): Promise<Server> {
  const server = fork(file('churn-server.ts'), {
    execArgv: ['--expose-gc', ...(LOADED[name] ?? [])],
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      // Any HTTP server is an agent for it.
      DD_TRACE_AGENT_URL: url,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false',
    },
  });
  const [port] = await once(server, 'message');
  return { name, process: server, port };
}

async function run({ port }: Server, job: Omit<ChurnJob, 'port'>): Promise<void> {
  client.send({ ...job, port });
  await once(client, 'message');
}

async function ask(server: Server, what: 'cpu' | 'heap'): Promise<number> {
  server.process.send(what);
  const [answer] = await once(server.process, 'message');
  return answer;
}

/** Ours against bare and against the cheapest of the others; theirs are shown. */
async function reportRatios(
  title: string,
  job: Omit<ChurnJob, 'port'>,
  target: number,
  targetOfCheapest: number,
): Promise<void> {
  const ratios = await ratiosOf(job);
  const ours = ratios.get('closespan') ?? Number.NaN;
  report({ title: `${title}, against bare`, value: ours, unit: '×', target });
  for (const name of OTHERS) {
    const value = ratios.get(name) ?? Number.NaN;
    report({ title: `  the same with ${name}`, value, unit: '×' });
  }
  const cheapest = Math.min(...OTHERS.map((name) => ratios.get(name) ?? Number.NaN));
  report({
    title: `${title}, against the cheapest of these`,
    value: ours / cheapest,
    unit: '×',
    target: targetOfCheapest,
  });
}

/** The median of the rounds' ratios to bare; each round begins with another server. */
async function ratiosOf(job: Omit<ChurnJob, 'port'>): Promise<Map<string, number>> {
  const costs = new Map(Object.keys(LOADED).map((name) => [name, Array<number>(ROUNDS).fill(0)]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (let i = 0; i < servers.length; i++) {
      const server = servers[(i + round + WARM_UP) % servers.length] as Server;
      const before = await ask(server, 'cpu');
      await run(server, job);
      const cost = (await ask(server, 'cpu')) - before;
      const sums = costs.get(server.name);
      if (round >= 0 && sums) sums[round] = (sums[round] ?? 0) + cost;
    }
  }
  const bare = costs.get('bare') ?? [];
  return new Map(
    [...costs].map(([name, list]) => [name, median(list.map((cost, i) => cost / (bare[i] ?? Number.NaN)))]),
  );
}
