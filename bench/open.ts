import { instrumentWebSockets } from '@closespan/node';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { report, SMOKE } from './figure.ts';

// The longest time for which counting a million open connections keeps the event loop busy. The sockets are made up: a
// million real ones need more memory and ports than a machine has. Each has its own URL, and none is a TCP connection.

const SOCKETS = SMOKE ? 10_000 : 1_000_000;
const COUNTS = 5;

/** A socket of which closespan reads as much as of one of `ws`. */
class OpenSocket {
  readonly readyState = 1;
  readonly _isServer: boolean;
  readonly url: string;
  readonly _socket = { destroyed: false };

  constructor(index: number) {
    this._isServer = index % 2 === 0;
    // In one piece, as `ws` has it.
    this.url = new URL(`ws://chat.example.com/rooms/${index % 1000}?token=${index}`).href;
  }

  setSocket(): void {}
  emitClose(): void {}
  close(): void {}
  terminate(): void {}
}

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
const handle = instrumentWebSockets({ otlp: false, meterProvider });
const sockets: OpenSocket[] = [];
for (let index = 0; index < SOCKETS; index++) {
  const socket = new OpenSocket(index);
  handle.observe(socket as never);
  sockets.push(socket);
  // Else one slice of adding would last for seconds.
  if (index % 10_000 === 0) await turn();
}
await handle.forceFlush();

const longest: number[] = [];
for (let round = 0; round < COUNTS; round++) {
  globalThis.gc?.();
  longest.push(await longestTurn(() => meterProvider.forceFlush()));
}
const counted = (exporter.getMetrics().at(-1)?.scopeMetrics ?? [])
  .flatMap(({ metrics }) => metrics)
  .filter(({ descriptor }) => descriptor.name.endsWith('.connection.active'))
  .flatMap(({ dataPoints }): readonly { value: unknown }[] => dataPoints)
  .reduce((sum, { value }) => sum + Number(value), 0);

report({
  title: `${SOCKETS} open connections that a count misses`,
  value: SOCKETS - counted,
  unit: 'lost',
  target: 0,
});
report({
  title: `longest turn of a first count of ${SOCKETS} open connections`,
  value: longest[0] ?? Number.NaN,
  unit: 'ms',
  target: 5,
});
report({
  title: `longest turn of a later count of ${SOCKETS} open connections`,
  value: Math.max(...longest.slice(1)),
  unit: 'ms',
  target: 5,
});
await handle.shutdown();
process.exit();

/**
 * Returns the longest time in milliseconds for which a turn of the event loop kept the thread busy while `work` was
 * done. The time is that of the processor, so that other processes of the machine do not count.
 */
async function longestTurn(work: () => Promise<void>): Promise<number> {
  let done = false;
  let most = 0;
  const finished = work().then(() => {
    done = true;
  });
  while (!done) {
    const before = threadTime();
    await turn();
    most = Math.max(most, threadTime() - before);
  }
  await finished;
  return most;
}

/** Processor time of this thread in milliseconds. */
function threadTime(): number {
  // Linux brings the time of the thread up to date only at a tick, or if the time of the process is asked for.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
