import { fileURLToPath } from 'node:url';
import { nodeBinary, startNode } from '../helpers/run-node.ts';
import type { KeyAndCertificate } from '../helpers/self-sign.ts';
import type { Fault } from './faults.ts';
import { startFaultyCollector } from './start-faulty-collector.ts';

/** How a process meets the collector: it goes on while the collector recovers, or it ends while the collector fails. */
export const SCENARIOS = ['running', 'natural end', 'signal', 'shutdown()'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What became of the closes of a process. */
export interface Result {
  /** Closes that the collector never took. */
  readonly lost: number;
  /** Closes that the collector took a second time. */
  readonly doubles: number;
  /** Seconds from the end of the app to the end of the process; while it runs, from the recovery to the last close. */
  readonly wait: number;
  /** Lines that closespan logged. */
  readonly lines: readonly string[];
}

const APP = fileURLToPath(new URL('closing-app.mjs', import.meta.url));
const NODE = nodeBinary(24) ?? process.execPath;
/** Closes of 100 connections with two ends each. */
const CLOSES = 200;

/** Runs a process with one collector in one scenario. */
export async function runScenario(
  fault: Fault,
  scenario: Scenario,
  [trusted, other]: readonly [KeyAndCertificate, KeyAndCertificate],
  certificate: string,
): Promise<Result> {
  const collector = await startFaultyCollector(fault, trusted, other);
  const { child, end } = startNode(NODE, ['--import', '@closespan/node/register', APP], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    ...(fault.hasTls && { OTEL_EXPORTER_OTLP_CERTIFICATE: certificate }),
    ...(scenario === 'shutdown()' && { HANDLES_SIGNAL: 'true' }),
  });
  const output = { text: '' };
  child.stdout?.on('data', (chunk) => {
    output.text += chunk;
  });

  const failed = new Promise<void>((resolve) =>
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('export of spans fails')) resolve();
    }),
  );

  /** Tells the app what to do, and resolves when it is done. */
  async function tell(command: string): Promise<void> {
    const before = output.text.split(`${command}\n`).length;
    child.stdin?.write(`${command}\n`);
    while (output.text.split(`${command}\n`).length === before) {
      await new Promise((resolve) => child.stdout?.once('data', resolve));
    }
  }

  const distinct = () => new Set(collector.spans().map(({ spanId }) => spanId)).size;
  await tell('close');
  let made = CLOSES;
  let since = performance.now();
  if (scenario === 'running') {
    await (fault.isFinal ? tell('flush') : fault.isClosed ? failed : collector.requested);
    await collector.recover();
    since = performance.now();
    await tell('close');
    made += CLOSES;
    const expected = made - (fault.keepsRejected ? 0 : (fault.lost ?? 0));
    if (fault.asksToWait) await tell('flush');
    while (distinct() < expected && performance.now() - since < 60_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const waited = performance.now() - since;
  since = performance.now();
  if (scenario === 'signal' || scenario === 'shutdown()') child.kill('SIGTERM');
  else child.stdin?.end();
  const { stderr } = await end;
  const wait = (scenario === 'running' ? waited : performance.now() - since) / 1000;
  const arrived = collector.spans().length;
  await collector.close();
  return {
    lost: made - distinct() + (fault.keepsRejected ? (fault.lost ?? 0) : 0),
    doubles: arrived - distinct(),
    wait,
    lines: stderr.split('\n').filter((line) => line.includes('closespan:')),
  };
}
