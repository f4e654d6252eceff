import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { nodeBinary } from '../helpers/run-node.ts';
import { type ProbeJson, probeJson } from '../helpers/run-probe.ts';
import { startCuttingProxy } from '../helpers/start-cutting-proxy.ts';
import { type ProbedServer, startProbedServer, startRawServer } from '../helpers/start-probed-server.ts';
import { INSTALLED_PROXIES, startProxy } from '../helpers/start-proxy.ts';

/** Runs a test with a server, and ends the server. */
async function withServer(
  act: (socket: WebSocket, path: string) => void,
  test: (server: ProbedServer) => Promise<void>,
): Promise<void> {
  const server = await startProbedServer(act);
  try {
    await test(server);
  } finally {
    server.close();
  }
}

/**
 * Conclusion in one line: kind, limit and whether a heartbeat below the limit is proposed. A limit within the time that a
 * busy machine takes counts as the expected one.
 */
function found({ conclusion: { kind, limit, heartbeat } }: ProbeJson, expected = 2): string {
  const isNear = limit !== undefined && Math.abs(limit - expected) < 0.8;
  const hasPing = heartbeat !== undefined && heartbeat < (limit ?? 1) * 0.6;
  return [kind, isNear ? expected : limit, hasPing && 'ping'].filter(Boolean).join(' ');
}

if (INSTALLED_PROXIES.length < 2) {
  console.warn(
    `Installed proxies: ${INSTALLED_PROXIES.join(', ') || 'none'}. The tests of others are skipped.`,
  );
}

// On a machine that starves its processes, two lives of a second differ by as much.
describe('closespan probe', { retry: 2 }, () => {
  it.concurrent.each(
    INSTALLED_PROXIES.flatMap((name) => [
      { name, scheme: 'ws', isTls: false },
      { name, scheme: 'wss', isTls: true },
    ]),
  )('finds the idle limit of $name over $scheme, and that pings keep it', ({ name, scheme, isTls }) =>
    withServer(
      () => {},
      async (server) => {
        const proxy = await startProxy(name, { target: server.port, idle: 2, isTls });
        const probed = await probeJson([`${scheme}://127.0.0.1:${proxy.port}/`, '--for', '6s', '--insecure']);
        await proxy.crash();
        expect(probed.silent).toMatchObject({ end: 'cut', messages: 0, pingsSent: 0 });
        expect(probed.pinged).toMatchObject({ end: 'kept' });
        expect(probed.pinged?.lifetime).toBeGreaterThan(2 * (probed.silent.lifetime ?? 0));
        expect(found(probed)).toBe('idle 2 ping');
        expect(probed.exitCode).toBe(1);
        expect(server.mostOpen()).toBe(1);
      },
    ),
  );

  it.concurrent('finds a limit of the age, which pings do not change', () =>
    withServer(
      () => {},
      async (server) => {
        const proxy = await startCuttingProxy(server.port, 2);
        const probed = await probeJson([`ws://127.0.0.1:${proxy.port}/`, '--for', '6s']);
        proxy.close();
        expect(found(probed)).toBe('age 2');
        expect(probed.pinged).toMatchObject({ end: 'cut', pingsAnswered: expect.any(Number) });
        expect(probed.exitCode).toBe(1);
      },
    ));

  it.concurrent('finds an age limit of a server that talks, too', () =>
    withServer(
      (socket) => {
        const talking = setInterval(() => socket.send('hello'), 150);
        setTimeout(() => socket.terminate(), 2000);
        socket.on('close', () => clearInterval(talking));
      },
      async ({ port }) => {
        expect(found(await probeJson([`ws://127.0.0.1:${port}/`, '--for', '6s']))).toBe('age 2');
      },
    ));

  it.concurrent('finds both limits, of silence and of the age', () =>
    withServer(
      () => {},
      async (server) => {
        const silent = await startProxy(INSTALLED_PROXIES[0] ?? 'nginx', { target: server.port, idle: 2 });
        const aged = await startCuttingProxy(silent.port, 3.3);
        const probed = await probeJson([`ws://127.0.0.1:${aged.port}/`, '--for', '6s']);
        aged.close();
        await silent.crash();
        expect(found(probed)).toBe('idle_and_age 2 ping');
        expect(probed.conclusion.says.join(' ')).toMatch(/With pings it ended at an age of [2345]\.\d s/);
      },
    ));

  it.concurrent('finds the silence after a greeting, not the age', () =>
    withServer(
      (socket) => {
        const cut = () => socket.terminate();
        let silence = setTimeout(cut, 1500);
        socket.on('ping', () => {
          clearTimeout(silence);
          silence = setTimeout(cut, 1500);
        });
        setTimeout(() => {
          socket.send('hello');
          clearTimeout(silence);
          silence = setTimeout(cut, 1500);
        }, 500);
      },
      async ({ port }) => {
        expect(found(await probeJson([`ws://127.0.0.1:${port}/`, '--for', '6s']), 1.5)).toBe('idle 1.5 ping');
      },
    ));

  it.concurrent('says that nothing cut a silent connection', () =>
    withServer(
      () => {},
      async ({ port }) => {
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '1']);
        expect(found(probed)).toBe('kept');
        expect(probed.silent).toMatchObject({ end: 'kept', pingsSent: 1, pingsAnswered: 1 });
        expect(probed).not.toHaveProperty('pinged');
        expect(probed.exitCode).toBe(0);
      },
    ));

  it.concurrent('does not take a slow pong for a time in which the server was not silent', () =>
    withServer(
      (socket) => {
        (socket as unknown as { _autoPong: boolean })._autoPong = false;
        socket.on('ping', (data) => setTimeout(() => socket.pong(data), 1000));
      },
      async ({ port }) => {
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '1']);
        expect(found(probed)).toBe('kept');
        expect(probed.silent.lifetime).toBeLessThan(1.9);
      },
    ));

  it.concurrent('says that a server which pings was not silent', () =>
    withServer(
      (socket) => {
        const pinging = setInterval(() => socket.ping(), 200);
        socket.on('close', () => clearInterval(pinging));
      },
      async ({ port }) => {
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '1s']);
        expect(found(probed)).toBe('kept_busy');
        expect(probed.exitCode).toBe(0);
      },
    ));

  it.concurrent('finds a hop that drops a silent connection and tells nobody', () =>
    withServer(
      () => {},
      async (server) => {
        const forgetful = await startForgetfulProxy(server.port, 1200);
        const probed = await probeJson([`ws://127.0.0.1:${forgetful.port}/`, '--for', '1.5s']);
        forgetful.close();
        expect(probed.silent).toMatchObject({ end: 'dead', pingsSent: 1, pingsAnswered: 0 });
        expect(found(probed)).toBe('dropped ping');
        expect(probed.exitCode).toBe(1);
      },
    ));

  it.concurrent('says that a server responds to no pings', async () => {
    const server = await startProbedServer((socket) => {
      (socket as unknown as { _autoPong: boolean })._autoPong = false;
    });
    const probed = await probeJson([`ws://127.0.0.1:${server.port}/`, '--for', '1s']);
    server.close();
    expect(found(probed)).toBe('no_pongs');
  });

  it.concurrent('takes a server that sends for alive, also without pongs', () =>
    withServer(
      (socket) => {
        (socket as unknown as { _autoPong: boolean })._autoPong = false;
        const sending = setInterval(() => socket.send('hello'), 100);
        socket.on('close', () => clearInterval(sending));
      },
      async ({ port }) => {
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '1s']);
        expect(found(probed)).toBe('kept_busy');
        expect(probed.silent).toMatchObject({ end: 'kept', pingsSent: 1, pingsAnswered: 0 });
      },
    ));

  it.concurrent.each([1001, 1008, 4000])('names the code %i of a server that waits for a message', (code) =>
    withServer(
      (socket) => void setTimeout(() => socket.close(code, 'hello?'), 1500),
      async ({ port }) => {
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '6s']);
        expect(found(probed, 1.5)).toBe('age 1.5');
        expect(probed.conclusion.says[0]).toContain(`closes with ${code} at an age of`);
        expect(probed.conclusion.todo.join(' ')).toContain('may expect a message first');
        expect(probed.silent.close).toMatchObject({ code });
      },
    ),
  );

  it.concurrent('takes an end right after the opening for no limit', () =>
    withServer(
      (socket) => socket.close(1008, 'no token'),
      async ({ port }) => {
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '6s']);
        expect(found(probed)).toBe('at_once');
        expect(probed.silent.close).toMatchObject({ code: 1008, cause: 'policy' });
      },
    ));

  it.concurrent('runs on Node 20, and beside an observation that NODE_OPTIONS has started', () =>
    withServer(
      (socket) => void setTimeout(() => socket.terminate(), 1500),
      async ({ port }) => {
        const register = new URL('../../packages/node/dist/register.js', import.meta.url).href;
        const env = { NODE_OPTIONS: `--import ${register}`, OTEL_SDK_DISABLED: 'false' };
        const more = { env, node: nodeBinary(20) ?? process.execPath };
        const probed = await probeJson([`ws://127.0.0.1:${port}/`, '--for', '6s'], more);
        expect(found(probed, 1.5)).toBe('age 1.5');
        expect(probed.silent.close?.cause).toBe('connection_lost');
      },
    ));
});

/** Starts a proxy that forgets a connection after a silence, and tells nobody: both sides stay open, and get nothing. */
async function startForgetfulProxy(target: number, silence: number) {
  return startRawServer((client, head) => {
    const upstream = connect(target, '127.0.0.1').on('error', () => {});
    client.on('close', () => upstream.destroy());
    upstream.write(head);
    let isForgotten = false;
    let forget = setTimeout(() => {}, 0);
    const pass = (to: typeof client) => (chunk: Uint8Array) => {
      if (isForgotten) return;
      clearTimeout(forget);
      forget = setTimeout(() => {
        isForgotten = true;
      }, silence);
      to.write(chunk);
    };
    client.on('data', pass(upstream));
    upstream.on('data', pass(client));
  });
}
