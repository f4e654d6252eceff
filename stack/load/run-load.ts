import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Collector, startCollector } from '../test/helpers/start-collector.ts';
import { startJaeger } from '../test/helpers/start-jaeger.ts';

/** What one Collector spent on each span. */
export interface Spent {
  readonly cpuMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Megabytes of memory at the end. */
  readonly residentMegabytes: number;
}

/** What became of a load. */
export interface LoadResult {
  readonly closes: number;
  /** As they were sent, a second. */
  readonly rate: number;
  /** Closes that the gateway never got, and abnormal ones that are not in the trace store. */
  readonly lost: number;
  readonly abnormalMissing: number;
  readonly kept: number;
  readonly senderCpuMicros: number;
  readonly agent: Spent;
  readonly gateway: Spent;
}

/** Sends `rate` closes a second through one agent and one gateway to Jaeger, with the configurations as users get them. */
export async function runLoad(rate: number, seconds: number): Promise<LoadResult> {
  const jaeger = await startJaeger();
  const gateway = await startCollector('gateway', { TRACE_STORE: jaeger.otlpGrpc, DECISION_WAIT: '2s' });
  const agent = await startCollector('agent', { GATEWAY: gateway.otlpGrpc });
  try {
    const before = await Promise.all([agent, gateway].map(meter));
    const program = fileURLToPath(new URL('sender.ts', import.meta.url));
    const sender = fork(program, [agent.otlpHttp, `${rate}`, `${seconds}`]);
    const [{ elapsed, cpu }] = await once(sender, 'message');
    const closes = rate * seconds;
    const accepted = () => gateway.total('otelcol_receiver_accepted_spans');
    await settled(accepted);
    await settled(() => gateway.total('otelcol_exporter_sent_spans'));
    const after = await Promise.all([agent, gateway].map(meter));
    const [agentSpent, gatewaySpent] = after.map((end, index) => spent(before[index] as Meter, end, closes));
    const abnormal = await jaeger.find('load', { tags: '{"error":"true"}' });
    return {
      closes,
      rate: closes / elapsed,
      lost: closes - (await accepted()),
      abnormalMissing: closes / 10 - abnormal.length,
      kept: await gateway.total('otelcol_exporter_sent_spans'),
      senderCpuMicros: (cpu / closes) * 1e6,
      agent: agentSpent as Spent,
      gateway: gatewaySpent as Spent,
    };
  } finally {
    for (const program of [agent, gateway, jaeger]) await program.stop();
  }
}

/** Resolves when a number has not changed for four seconds, which is longer than any wait of the pipelines. */
async function settled(read: () => Promise<number>): Promise<void> {
  let last = Number.NaN;
  for (let same = 0; same < 8; ) {
    const value = await read();
    same = value === last ? same + 1 : 0;
    last = value;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

interface Meter {
  readonly cpuSeconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly resident: number;
}

async function meter(collector: Collector): Promise<Meter> {
  const io = readFileSync(`/proc/${collector.pid}/io`, 'utf8');
  const read = (name: string) => Number(io.match(new RegExp(`${name}: (\\d+)`))?.[1]);
  return {
    cpuSeconds: await collector.total('otelcol_process_cpu_seconds'),
    bytesIn: read('rchar'),
    bytesOut: read('wchar'),
    resident: await collector.total('otelcol_process_memory_rss'),
  };
}

function spent(before: Meter, after: Meter, spans: number): Spent {
  return {
    cpuMicros: ((after.cpuSeconds - before.cpuSeconds) / spans) * 1e6,
    bytesIn: (after.bytesIn - before.bytesIn) / spans,
    bytesOut: (after.bytesOut - before.bytesOut) / spans,
    residentMegabytes: after.resident / 2 ** 20,
  };
}
