import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, printed, startNode } from '../helpers/run-node.ts';
import { runNext } from '../helpers/spool.ts';

const app = fileURLToPath(new URL('fixtures/end-process.mjs', import.meta.url));
const NODE = nodeBinary(24) ?? process.execPath;
const REGISTER = ['--import', '@closespan/node/register'];
/** A command that makes a program the first process of a container; `undefined` where this machine allows none. */
const CONTAINER = [
  ['unshare', '--pid', '--fork'],
  ['unshare', '--user', '--map-root-user', '--pid', '--fork'],
].find(([command = '', ...args]) => spawnSync(command, [...args, 'true']).status === 0);

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

const start = (
  binary: string,
  args: string[],
  env: Record<string, string> = {},
  all = [...REGISTER, app, ...args],
) =>
  startNode(binary, all, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // A slow machine is no failure.
    CLOSESPAN_EXIT_TIMEOUT: '60000',
    ...env,
  });

/** How many closes arrived, in spans and in metrics. */
function arrived(): number[] {
  const closes = receiver.points.filter(({ name }) => /^websocket\.(client|server)\.closes$/.test(name));
  return [receiver.spans.length, closes.at(-1)?.value ?? 0];
}

for (const version of NODE_VERSIONS) {
  const binary = nodeBinary(version) ?? '';
  describe.skipIf(!binary)(`Node ${version}`, () => {
    it('sends what waits when the app has nothing left to do', async () => {
      const { exitCode, stderr } = await start(binary, ['idle', '1200']).end;
      expect({ exitCode, stderr, arrived: arrived() }).toEqual({
        exitCode: 3,
        stderr: '',
        arrived: [1200, 600],
      });
    });

    it.each(['SIGTERM', 'SIGINT'] as const)('dies of %s once all is sent', async (signal) => {
      const { child, end } = start(binary, ['signal', '1200']);
      await printed(child, 'ready');
      child.kill(signal);
      expect(await end).toMatchObject({ signal, stderr: '' });
      expect(arrived()).toEqual([1200, 600]);
    });

    it.each(['SIGTERM', 'SIGINT'] as const)(
      'dies of %s once open connections are recorded',
      async (signal) => {
        const { child, end } = start(binary, ['open', '6']);
        await printed(child, 'ready');
        child.kill(signal);
        expect(await end).toMatchObject({ signal, stderr: '' });
        expect(arrived()).toEqual([6, 3]);
        expect(receiver.spans.map(closeLine).sort()).toEqual([
          ...Array(3).fill('/ client 1006 unclean local process_exit synthetic'),
          ...Array(3).fill('/ server 1006 unclean local process_exit synthetic'),
        ]);
      },
    );

    it('leaves a signal to an app that listens', async () => {
      const { child, end } = start(binary, ['graceful', '1200']);
      await printed(child, 'ready');
      child.kill('SIGTERM');
      // It gets the arguments of Node, and sees no listener but its own.
      expect(await end).toMatchObject({ exitCode: 4, stdout: 'ready\nSIGTERM,15 1\n', stderr: '' });
      expect(arrived()).toEqual([1200, 600]);
    });
  });
}

it('closes are sent at once after a signal, for an app that will exit by itself', async () => {
  const { child, end } = start(NODE, ['exit', '20'], { OTEL_BSP_SCHEDULE_DELAY: '2147483647' });
  await printed(child, 'ready');
  child.kill('SIGTERM');
  await receiver.waitForSpans(20);
  child.stdin?.write('now');
  expect(await end).toMatchObject({ exitCode: 5, stderr: '' });
});

it('a process records its open connections although the app removed our listener for the signal', async () => {
  const { child, end } = start(NODE, ['removed', '6']);
  await printed(child, 'ready');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    ...Array(4).fill('/ client 1006 unclean local process_exit synthetic'),
    ...Array(4).fill('/ server 1006 unclean local process_exit synthetic'),
  ]);
});

it('closes are sent at once after a signal, although the app removed our listener for it', async () => {
  const { child, end } = start(NODE, ['replaced', '20'], { OTEL_BSP_SCHEDULE_DELAY: '2147483647' });
  await printed(child, 'connected');
  child.kill('SIGTERM');
  await receiver.waitForSpans(20);
  child.stdin?.write('now');
  expect(await end).toMatchObject({ exitCode: 5, stderr: '' });
});

it('a process dies of a signal that exitSignals names twice', async () => {
  const { child, end } = start(NODE, ['signal', '20'], { CLOSESPAN_EXIT_SIGNALS: 'SIGTERM,SIGTERM' });
  await printed(child, 'ready');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expect(receiver.spans).toHaveLength(20);
});

it('a process dies of a signal that the app passes on', async () => {
  const { child, end } = start(NODE, ['again', '20']);
  await printed(child, 'ready');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expect(receiver.spans).toHaveLength(20);
});

it('a process lives on after events of signals that the app emits itself', async () => {
  expect(await start(NODE, ['emitted', '2']).end).toMatchObject({ exitCode: 3, stderr: '' });
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/ client 1012 clean remote server_restart',
    '/ server 1012 clean local server_restart',
  ]);
});

it('a process dies of a signal that a library passes on when it is alone with it', async () => {
  const { child, end } = start(NODE, ['library', '20']);
  await printed(child, 'ready');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM', stdout: 'ready\nexit null SIGTERM\n', stderr: '' });
  expect(receiver.spans).toHaveLength(20);
});

it.skipIf(!CONTAINER)(
  'the first process of a container survives a signal, and so do its connections',
  async () => {
    const [launcher = '', ...before] = CONTAINER ?? [];
    const { end } = start(launcher, [], {}, [...before, NODE, ...REGISTER, app, 'survive', '4']);
    expect(await end).toMatchObject({ exitCode: 3, stderr: '' });
    expect(receiver.spans.map(closeLine).sort()).toEqual([
      ...Array(2).fill('/ client 1012 clean remote server_restart'),
      ...Array(2).fill('/ server 1012 clean local server_restart'),
    ]);
  },
);

it('a signal that exitSignals does not name is left alone', async () => {
  const { child, end } = start(NODE, ['signal'], {
    CLOSESPAN_EXIT_SIGNALS: 'SIGINT',
    OTEL_BSP_SCHEDULE_DELAY: '2147483647',
  });
  await printed(child, 'ready');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expect(receiver.spans).toHaveLength(0);
});

describe('a collector that fails', () => {
  // Without a bound of ours the exporter would wait for days.
  const PATIENT = { OTEL_EXPORTER_OTLP_TIMEOUT: '2147483647', OTEL_BSP_EXPORT_TIMEOUT: '2147483647' };
  const BOUND = { CLOSESPAN_EXIT_TIMEOUT: '300' };
  let requested: string[];
  let reaction: 'nothing' | 'reset';
  const collector = createServer((request) => {
    requested.push(request.url ?? '');
    if (reaction === 'reset') request.socket.destroy();
  });
  let env: Record<string, string>;
  beforeEach(async () => {
    requested = [];
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    env = { ...PATIENT, ...BOUND, OTEL_EXPORTER_OTLP_ENDPOINT: url };
  });
  afterEach(async () => {
    collector.closeAllConnections();
    collector.close();
    await once(collector, 'close');
  });

  it('does not keep an app alive that has nothing left to do, when it hangs', async () => {
    reaction = 'nothing';
    const { exitCode, stderr } = await start(NODE, ['idle', '20'], env).end;
    expect(exitCode).toBe(3);
    expect(stderr).toContain('exports not done within 300 ms');
  });

  it('does not keep it alive export by export, either', async () => {
    reaction = 'nothing';
    const patience = { OTEL_EXPORTER_OTLP_TIMEOUT: '1000' };
    const { exitCode } = await start(NODE, ['idle', '4000'], { ...env, ...patience }).end;
    expect(exitCode).toBe(3);
    // Eight are due. What begins while the app still closes fails in its time, and the next is cut.
    expect(requested.filter((path) => path === '/v1/traces').length).toBeLessThan(8);
  });

  it('does not keep it alive when an SDK of its own hangs', async () => {
    const program = fileURLToPath(new URL('fixtures/exit-with-hanging-sdk.mjs', import.meta.url));
    const { exitCode, stderr } = await startNode(NODE, [...REGISTER, program], env).end;
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: '' });
  });

  it.each(['', 'spool'])(
    'lets each start of an app that starts often add no listener, when it hangs, and no signal become an exit code (%s)',
    async (name) => {
      reaction = 'nothing';
      const program = fileURLToPath(new URL('fixtures/start-often.mjs', import.meta.url));
      const SPOOL = name && join(tmpdir(), `closespan-${randomUUID()}`);
      const { child, end } = startNode(NODE, [program], { ...env, SPOOL });
      await printed(child, 'ready');
      child.kill('SIGTERM');
      const { signal, stdout, stderr } = await end;
      expect({ signal, stderr }).toEqual({ signal: 'SIGTERM', stderr: '' });
      expect(JSON.parse(stdout.split('ready')[0] ?? '')).toEqual({
        beforeExit: 1,
        exit: name ? 1 : 0,
        SIGTERM: name ? 1 : 0,
        SIGINT: name ? 1 : 0,
      });
      if (!SPOOL) return;
      await runNext(NODE, SPOOL, receiver.url);
      await rm(SPOOL, { recursive: true });
      expect(receiver.spans).toHaveLength(24);
    },
  );

  it('does not keep a signal from it, when it hangs', async () => {
    reaction = 'nothing';
    const { child, end } = start(NODE, ['signal', '1200'], env);
    await printed(child, 'ready');
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ signal: 'SIGTERM' });
  });

  it('is not tried again, when it resets, and the log has what is lost', async () => {
    reaction = 'reset';
    const { exitCode, stderr } = await start(NODE, ['idle', '2'], { ...env, CLOSESPAN_EXIT_TIMEOUT: '60000' })
      .end;
    expect({ exitCode, requested: requested.sort() }).toEqual({
      exitCode: 3,
      requested: ['/v1/metrics', '/v1/traces'],
    });
    expect(stderr).toContain('closespan: 2 closes wait, nothing arrives');
  });
});
