import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { instrumentWebSockets } from '@closespan/node';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { countingMeterProvider } from '../helpers/counting-meter-provider.ts';
import { nodeBinary, printed, startNode } from '../helpers/run-node.ts';
import {
  HANGING,
  HOSTILE,
  type HostileCollector,
  startHostileCollector,
} from '../helpers/start-hostile-collector.ts';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const app = fileURLToPath(new URL('fixtures/end-process.mjs', import.meta.url));
const NODE = nodeBinary(24) ?? process.execPath;
/** Without a limit of ours an export would be waited for for weeks. */
const PATIENT = { OTEL_EXPORTER_OTLP_TIMEOUT: '2147483647', OTEL_BSP_EXPORT_TIMEOUT: '2147483647' };

let collector: HostileCollector;
afterEach(() => collector.close());

const start = (way: string, env: Record<string, string>) =>
  startNode(NODE, ['--import', '@closespan/node/register', app, way, '20'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ...env,
  });

describe.each(HANGING)('a collector that %s', (behaviour) => {
  beforeEach(async () => {
    collector = await startHostileCollector(behaviour);
  });
  const env = { ...PATIENT, OTEL_BSP_SCHEDULE_DELAY: '10', CLOSESPAN_EXIT_TIMEOUT: '500' };

  it('keeps no process alive whose export is on its way when nothing is left to do', async () => {
    const { child, end } = start('told', env);
    await Promise.all([printed(child, 'ready'), collector.requested]);
    child.stdin?.write('now');
    expect(await end).toMatchObject({ exitCode: 3 });
  });

  it('lets an app go on that waits for a flush', async () => {
    expect(await start('flush', env).end).toMatchObject({ exitCode: 3, stdout: 'flushed\n' });
  });
});

describe.concurrent.each(HOSTILE)('at a collector that %s', (behaviour) => {
  it('the handler of the README ends the process before Docker kills it', async () => {
    const hostile = await startHostileCollector(behaviour);
    const { child, end } = startNode(NODE, ['--import', '@closespan/node/register', app, 'shutdown', '20'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: hostile.url,
    });
    await printed(child, 'ready');
    const told = performance.now();
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ exitCode: 7 });
    expect(performance.now() - told).toBeLessThan(10_000);
    await hostile.close();
  });
});

describe.each(HOSTILE)('shutdown() at a collector that %s', (behaviour) => {
  let server: WsServer;
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    const note = (...args: unknown[]) => lines.push(args.join(' '));
    diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
    for (const [name, value] of Object.entries(PATIENT)) vi.stubEnv(name, value);
    server = await startWsServer();
    collector = await startHostileCollector(behaviour);
  });
  afterEach(async () => {
    await server.close();
    diag.disable();
    vi.unstubAllEnvs();
  });

  it('ends in time, counts what is lost, and says so once', async () => {
    const { meterProvider, outcomes } = countingMeterProvider();
    const handle = instrumentWebSockets({ otlp: { url: collector.url }, meterProvider });
    const client = new WebSocket(server.url);
    await once(client, 'open');
    client.close(4000);
    await Promise.all([once(client, 'close'), server.idle()]);
    await handle.shutdown({ timeout: 500 });
    const isTaken = /200|hangs after/.test(behaviour);
    const isRefused = behaviour === 'answers 400';
    expect(lines.filter((line) => / closes lost, /.test(line))).toHaveLength(isTaken || isRefused ? 0 : 1);
    expect((await outcomes())['dropped'] ?? 0).toBe(isTaken ? 0 : 2);
    expect(lines.length).toBeLessThanOrEqual(2);
  });
});
