import { statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrumentWebSockets, type NodeWebSocketOptions } from '@closespan/node';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, printed, runNode } from '../helpers/run-node.ts';
import { NOBODY, runNext, type SpoolFolder, spoolFolder, startWithSpool } from '../helpers/spool.ts';
import { startHostileCollector } from '../helpers/start-hostile-collector.ts';

const NODE = nodeBinary(24) ?? process.execPath;
/** The closes of `end-with-spool.mjs` with three connections that close and two that stay open. */
const CLOSED = [
  ...Array(3).fill('/closed client 4001 clean local local_close reason=bye'),
  ...Array(3).fill('/closed server 4001 clean remote remote_close reason=bye'),
];
const LEFT = [
  ...Array(2).fill('/left client 1006 unclean local process_exit synthetic'),
  ...Array(2).fill('/left server 1006 unclean local process_exit synthetic'),
];
const ENDINGS = [
  { way: 'exit', exitCode: 9 },
  { way: 'throw', exitCode: 1 },
  { way: 'reject', exitCode: 1 },
  { way: 'idle', exitCode: 3 },
  { way: 'shutdown', exitCode: 7 },
  { way: 'hasty', exitCode: 8 },
  { way: 'twice', exitCode: 11 },
];

let spool: SpoolFolder;
let receiver: OtlpReceiver;
beforeEach(async () => {
  spool = spoolFolder();
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await receiver.close();
  await spool.remove();
});

const lines = () => receiver.spans.map(closeLine).sort();
const withoutDoubles = (spans: OtlpReceiver['spans']) => [
  ...new Map(spans.map((span) => [span.spanId, span])).values(),
];
/** Whether an ending waits for exports. */
const awaitsExports = ({ way }: { way: string }) => way === 'idle' || way === 'shutdown';
const ids = () => new Set(receiver.spans.map(({ spanId }) => spanId));

for (const version of NODE_VERSIONS) {
  const binary = nodeBinary(version) ?? '';
  describe.skipIf(!binary).concurrent.each(ENDINGS)(`Node ${version}, ending: $way`, ({ way, exitCode }) => {
    it('leaves to the next process what a collector that is away did not get', async ({ expect }) => {
      const folder = spoolFolder();
      const collector = await startOtlpReceiver();
      const first = await startWithSpool(binary, folder.path, NOBODY, [way, '3', '2']).end;
      expect(first).toMatchObject({ exitCode, stdout: '' });
      expect(folder.text()).not.toContain('secret');
      const next = await runNext(binary, folder.path, collector.url);
      await collector.close();
      expect(next).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(collector.spans.map(closeLine).sort()).toEqual([...CLOSED, ...LEFT].sort());
      expect(folder.files()).toEqual([]);
      await folder.remove();
    });
  });
}

it.concurrent.each(ENDINGS)(
  'loses nothing beside a collector that is there, ending: $way',
  async (ending) => {
    const folder = spoolFolder();
    const collector = await startOtlpReceiver();
    const first = await startWithSpool(NODE, folder.path, collector.url, [ending.way, '3', '2']).end;
    await runNext(NODE, folder.path, collector.url);
    await collector.close();
    expect(first).toMatchObject({ exitCode: ending.exitCode, stdout: '' });
    // An export that is on its way at an exit may arrive, and is stored, too: with the same ids.
    const spans = awaitsExports(ending) ? collector.spans : withoutDoubles(collector.spans);
    expect(spans.map(closeLine).sort()).toEqual([...CLOSED, ...LEFT].sort());
    await folder.remove();
  },
);

it('prints and exits as without a spool when the app throws', async () => {
  const bare = await startWithSpool(NODE, '', NOBODY, ['throw'], { CLOSESPAN_ENABLED: 'false' }).end;
  const { exitCode, stdout, stderr } = await startWithSpool(NODE, spool.path, NOBODY, ['throw']).end;
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: bare.stderr });
  expect(spool.files()).toHaveLength(1);
});

it.each(['refuses connections', 'takes requests and never answers'] as const)(
  'stores what waits before it dies of a signal, beside a collector that %s',
  async (behaviour) => {
    const collector = await startHostileCollector(behaviour);
    const env = { CLOSESPAN_EXIT_TIMEOUT: '300' };
    const { child, end } = startWithSpool(NODE, spool.path, collector.url, ['signal', '3', '2'], env);
    await printed(child, 'ready');
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ signal: 'SIGTERM' });
    await collector.close();
    await runNext(NODE, spool.path, receiver.url);
    expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
  },
);

it.each(['signal', 'stopping'])(
  'dies at once, and stores what waits, of a signal that comes while closes are being sent: %s',
  async (way) => {
    const collector = await startHostileCollector('takes requests and never answers');
    // The first request follows the first signal, or the call of shutdown().
    const env = { OTEL_BSP_SCHEDULE_DELAY: '60000' };
    const { child, end } = startWithSpool(NODE, spool.path, collector.url, [way, '3', '2'], env);
    await printed(child, 'ready');
    if (way === 'signal') child.kill('SIGTERM');
    await collector.requested;
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ signal: 'SIGTERM' });
    await collector.close();
    await runNext(NODE, spool.path, receiver.url);
    expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
  },
);

it('sends open connections once, and stores none, when a signal ends it beside a collector that is there', async () => {
  const { child, end } = startWithSpool(NODE, spool.path, receiver.url, ['signal', '3', '2']);
  await printed(child, 'ready');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
  expect(spool.files()).toEqual([]);
});

it.each(['idle', 'shutdown'])(
  'stores what a hanging collector has not taken within exitTimeout, ending: %s',
  async (way) => {
    const collector = await startHostileCollector('takes requests and never answers');
    const env = { CLOSESPAN_EXIT_TIMEOUT: '300' };
    const { exitCode } = await startWithSpool(NODE, spool.path, collector.url, [way, '1500', '0'], env).end;
    await collector.close();
    expect(exitCode).toBe(way === 'idle' ? 3 : 7);
    await runNext(NODE, spool.path, receiver.url);
    expect([receiver.spans.length, ids().size]).toEqual([3000, 3000]);
  },
);

it('hands everything to a provider of the app before an exit, and writes nothing', async () => {
  const program = fileURLToPath(new URL('fixtures/exit-with-own-sdk.mjs', import.meta.url));
  const { exitCode, stdout, stderr } = await runNode(NODE, [program], { SPOOL: spool.path });
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
  expect(stdout.trim().split('\n').sort()).toEqual([
    'local_close',
    'process_exit',
    'process_exit',
    expect.stringMatching(/process_exit|remote_close/),
  ]);
  expect(spool.files()).toEqual([]);
});

it.each([
  { way: 'prepended', exitCode: 14 },
  { way: 'removed', exitCode: 15 },
])('stores closes although the app took the first place at the exit ($way)', async ({ way, exitCode }) => {
  const { end } = startWithSpool(NODE, spool.path, NOBODY, [way, '3', '1']);
  expect(await end).toMatchObject({ exitCode, stderr: '' });
  await runNext(NODE, spool.path, receiver.url);
  expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
});

it('makes a directory and files that its owner alone can read', async () => {
  await startWithSpool(NODE, spool.path, NOBODY, ['exit']).end;
  const modes = [dirname(spool.onlyFile()), spool.onlyFile()].map((path) => statSync(path).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
});

it('sends the resource and the ids of the process that wrote the spool', async () => {
  await startWithSpool(NODE, spool.path, NOBODY, ['exit'], { OTEL_SERVICE_NAME: 'first' }).end;
  const [stored] = JSON.parse(spool.text()).resourceSpans[0].scopeSpans[0].spans;
  await runNext(NODE, spool.path, receiver.url, { OTEL_SERVICE_NAME: 'next' });
  expect(new Set(receiver.spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['first']));
  expect(new Set(receiver.spans.map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
  expect(ids()).toContain(stored.spanId);
});

it('sends from the call of forceFlush on, and does not wait for a tenth of a second', async () => {
  await startWithSpool(NODE, spool.path, NOBODY, ['exit', '3', '2']).end;
  // With a provider of the app closespan begins to send nothing.
  const app = `
    import { instrumentWebSockets } from '@closespan/node';
    import { trace } from '@opentelemetry/api';
    const flushed = instrumentWebSockets({ spool: process.env.CLOSESPAN_SPOOL }).forceFlush();
    trace.setGlobalTracerProvider({ getTracer: () => ({}) });
    await flushed;`;
  const end = await runNode(NODE, ['--input-type=module', '--eval', app], {
    CLOSESPAN_SPOOL: spool.path,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
  expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
});

it('keeps no header of the exports on disk', async () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20canary' };
  await startWithSpool(NODE, spool.path, NOBODY, ['exit'], env).end;
  expect(spool.text()).toContain('4001');
  expect(spool.text()).not.toContain('canary');
});

describe('the option of instrumentWebSockets()', () => {
  const program = fileURLToPath(new URL('fixtures/end-with-spool.mjs', import.meta.url));
  const run = (way: string, path: string) =>
    runNode(NODE, [program, way, '3', '2'], { SPOOL: path, OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY });

  it('may be a relative path', async () => {
    expect(await run('exit', relative(process.cwd(), spool.path))).toMatchObject({ exitCode: 9, stderr: '' });
    await runNext(NODE, spool.path, receiver.url);
    expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
  });

  it.each([
    { way: 'hook', exitCode: 12 },
    // The first call exits, and the first of the calls at the exit exits for good.
    { way: 'hooks', exitCode: 14 },
  ])('loses no close when a hook ends the process ($way)', async ({ way, exitCode }) => {
    expect(await run(way, spool.path)).toMatchObject({ exitCode, stderr: '' });
    await runNext(NODE, spool.path, receiver.url);
    expect(lines()).toEqual([...CLOSED, ...LEFT].sort());
  });

  it.each([1, '', 'a\0b', {}, true])('is refused when it is %j', (value) => {
    const options = { spool: value } as unknown as NodeWebSocketOptions;
    expect(() => instrumentWebSockets(options)).toThrow('Expected `spool` to be a path of a directory');
  });
});
