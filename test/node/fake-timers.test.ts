import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { WebSocket } from 'undici7';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket as Peer } from 'ws';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { startHostileCollector } from '../helpers/start-hostile-collector.ts';
import { connectAndClose, startWsServer } from '../helpers/start-ws-server.ts';

const app = fileURLToPath(new URL('fixtures/faked-app.mjs', import.meta.url));
const laterApp = fileURLToPath(new URL('fixtures/fake-later.mjs', import.meta.url));
const NODE = nodeBinary(24) ?? process.execPath;

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

describe('timers that vitest faked before the package was loaded', () => {
  it('keep neither forceFlush() nor shutdown() from settling', async () => {
    // The fakes of sinon, on the global object and in the module `timers`.
    vi.useFakeTimers();
    const { instrumentWebSockets } = await import('@closespan/node');
    const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
    const server = await startWsServer();
    await connectAndClose(server.url);
    await handle.forceFlush();
    expect(receiver.spans).toHaveLength(2);
    await connectAndClose(server.url);
    await handle.shutdown();
    expect(receiver.spans).toHaveLength(4);
    const hostile = await startHostileCollector('takes requests and never answers');
    const next = instrumentWebSockets({ otlp: { url: hostile.url } });
    await connectAndClose(server.url);
    await next.shutdown({ timeout: 300 });
    await hostile.close();
    await server.close();
    vi.useRealTimers();
  });
});

it('lose no try again that begins while a test has fake timers', async () => {
  let status = 307;
  const away = await startOtlpReceiver({ status: () => status });
  const server = await startWsServer();
  const { instrumentWebSockets } = await import('@closespan/node');
  const handle = instrumentWebSockets({ otlp: { url: away.url } });
  vi.useFakeTimers();
  await connectAndClose(server.url);
  await handle.forceFlush();
  vi.useRealTimers();
  status = 200;
  await away.waitForSpans(2);
  await handle.shutdown();
  await server.close();
  await away.close();
});

it('are not used where a test fakes timers later, so that the test sees no timer of ours', async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
  const server = await startWsServer();
  const { instrumentWebSockets } = await import('@closespan/node');
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  vi.useFakeTimers();
  await connectAndClose(server.url);
  await receiver.waitForSpans(2);
  expect(vi.getTimerCount()).toBe(0);
  // It throws if a timer starts again and again.
  vi.runAllTimers();
  await connectAndClose(server.url);
  vi.useRealTimers();
  await connectAndClose(server.url);
  await receiver.waitForSpans(6);
  vi.unstubAllEnvs();
  await handle.shutdown();
  await server.close();
});

it('let no record of undici be made too early where a test lets its time pass', async () => {
  let acceptPeer = (_peer: Peer) => {};
  const accepted = new Promise<Peer>((resolve) => {
    acceptPeer = resolve;
  });
  const server = await startWsServer((peer) => acceptPeer(peer));
  const { instrumentWebSockets } = await import('@closespan/node');
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const client = new WebSocket(server.url);
  const [peer] = await Promise.all([
    accepted,
    new Promise((resolve) => client.addEventListener('open', resolve)),
  ]);
  peer.pause();
  vi.useFakeTimers();
  client.close(4001);
  vi.advanceTimersByTime(31_000);
  const closed = [client, peer].map(
    (end) => new Promise((resolve) => (end as Peer).addEventListener('close', resolve)),
  );
  peer.resume();
  await Promise.all(closed);
  vi.useRealTimers();
  await handle.shutdown();
  await server.close();
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/ client 4001 clean local local_close',
    '/ server 4001 clean remote remote_close',
  ]);
});

const start = (fakes: string, end: string, binary = NODE) =>
  runNode(binary, [app, fakes, end], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });

describe.each(['node:test', 'jest', 'sinon'])('timers that are fakes of %s', (fakes) => {
  it.each(['forceFlush', 'shutdown', 'natural end', 'SIGTERM'])('lose nothing at a %s', async (end) => {
    expect(await start(fakes, end)).toMatchObject(
      end === 'SIGTERM' ? { signal: end } : { exitCode: 0, stderr: '' },
    );
    expect(receiver.spans).toHaveLength(20);
  });

  it('do not make the end of a process wait for a collector that hangs', async () => {
    const hostile = await startHostileCollector('drips the headers');
    const { exitCode } = await runNode(NODE, [app, fakes, 'natural end'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: hostile.url,
      CLOSESPAN_EXIT_TIMEOUT: '300',
    });
    expect(exitCode).toBe(0);
    await hostile.close();
  });
});

for (const version of NODE_VERSIONS) {
  const binary = nodeBinary(version) ?? '';
  it.skipIf(!binary)(`lose nothing on Node ${version}`, async () => {
    expect(await start('node:test', 'shutdown', binary)).toMatchObject({ exitCode: 0 });
    expect(receiver.spans).toHaveLength(20);
  });
}

describe('an app that fakes, after the start,', () => {
  const run = async (fake: string) => {
    const end = await runNode(NODE, [laterApp, fake], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    return { told: JSON.parse(end.stdout), lines: receiver.spans.map(closeLine).sort() };
  };
  let bare: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    bare = await run('nothing');
    await receiver.close();
  });

  it.each(['setImmediate without unref', 'setImmediate that throws'])(
    '%s loses nothing, and hears nothing',
    async (fake) => {
      expect(bare.lines).toHaveLength(18);
      expect(await run(fake)).toEqual(bare);
    },
  );

  it.each([
    'performance.now() of undefined',
    'performance.now() of NaN',
    'Date.now() of undefined',
    'Date.now() of Infinity',
    'Date.now() before 1970',
  ])('%s loses nothing, and sends times that OTLP has', async (fake) => {
    expect((await run(fake)).lines).toEqual(bare.lines);
    for (const { startTime, endTime } of receiver.spans) {
      expect(startTime).toBeGreaterThan(0);
      expect(endTime).toBeGreaterThanOrEqual(startTime);
    }
  });
});

describe('a clock that jumps', () => {
  it.each(['10 days forward', '10 days back', 'to and fro', 'stands still'])(
    '%s loses nothing',
    async (jump) => {
      expect(await start(jump, 'shutdown')).toMatchObject({ exitCode: 0, stderr: '' });
      expect(receiver.spans).toHaveLength(20);
    },
  );
});
