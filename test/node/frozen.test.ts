import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrumentWebSockets } from '@closespan/node';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/frozen-app.mjs', import.meta.url));

/** Runs the program with and without us. Returns what we logged, and the lines of all closes. */
async function run(what: string, when: string, flags: string[] = []) {
  const receiver = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const [bare, observed] = await Promise.all([
    runNode(process.execPath, [...flags, program, what, when, 'bare']),
    runNode(process.execPath, [...flags, program, what, when], env),
  ]);
  await receiver.close();
  expect(observed).toMatchObject({ exitCode: 0, stderr: '' });
  const { seen, warnings }: Record<string, string[]> = JSON.parse(observed.stdout);
  expect(seen).toEqual(JSON.parse(bare.stdout).seen);
  return { warnings, lines: receiver.spans.map(closeLine).sort() };
}

/** The closes of the two rounds that are observed. */
const twice = (...lines: string[]) => lines.flatMap((line) => [line, line]).sort();
const ALL = [
  '/global/app client 4200 clean local local_close reason=app',
  '/global/peer client 4100 clean remote remote_close reason=peer',
  '/global/app server 4200 clean remote remote_close reason=app',
  '/global/peer server 4100 clean local local_close',
  '/ws/app client 4200 clean local local_close reason=app',
  '/ws/app server 4200 clean remote remote_close reason=app',
  '/ws/peer client 4100 clean remote remote_close reason=peer',
  '/ws/peer server 4100 clean local local_close reason=peer',
];
const frozen = (...names: string[]) => names.map((name) => `closespan: ${name} is frozen and goes unseen`);

describe('an app that has frozen, before the call,', () => {
  it.each([
    { what: 'nothing', lines: ALL, names: [] },
    { what: 'servers', lines: ALL, names: ['emit'] },
    { what: 'modules', lines: ALL, names: ['loaded'] },
    { what: 'global', lines: ALL, names: ['close'] },
    { what: 'scope', lines: ALL, names: [] },
    // The clients are passed to `observe`, and are observed through their events; the servers are seen on the wire.
    {
      what: 'ws',
      lines: [
        ...ALL.filter((line) => !line.startsWith('/ws/') || line.includes(' server ')),
        '/ws/app client 4200 clean unknown unknown reason=app',
        '/ws/peer client 4100 clean unknown unknown reason=peer',
      ],
      names: ['setSocket', 'handleUpgrade'],
    },
    // The servers that accept are observed, so that their connections are not looked for on the wire.
    {
      what: 'ending',
      lines: ALL.filter((line) => !line.includes(' server ')),
      names: ['emitClose'],
    },
    {
      what: 'calls',
      lines: ALL.map((line) =>
        line.startsWith('/ws') || line.includes('server')
          ? line.replace(/local local_close|remote remote_close/, 'unknown unknown')
          : line,
      ),
      names: ['close'],
    },
  ])('$what is not harmed, and told what was seen', async ({ what, lines, names }) => {
    expect(await run(what, 'before')).toEqual({ warnings: frozen(...names), lines: twice(...lines) });
  });

  it.each(['process', 'listeners'])('the %s is not harmed, and told once', async (what) => {
    const warnings = ['closespan: process takes no listeners, its end may go unseen'];
    expect(await run(what, 'before')).toEqual({ warnings, lines: twice(...ALL) });
  });

  it('all intrinsics', async () => {
    const flags = ['--frozen-intrinsics', '--no-warnings'];
    expect(await run('nothing', 'before', flags)).toEqual({ warnings: [], lines: twice(...ALL) });
  });
});

it.each(['nothing', 'servers', 'modules', 'global', 'scope', 'ws', 'ending', 'calls', 'process'])(
  'what is frozen while we observe (%s) stops, and is observed once by a second start',
  async (what) => {
    expect(await run(what, 'after')).toEqual({ warnings: [], lines: twice(...ALL) });
  },
);

it.each([
  { what: 'is frozen', exitCode: 143, before: '', after: '' },
  { what: 'is frozen, after the shutdown', exitCode: 143, before: '', after: 'await handle.shutdown();' },
  {
    what: 'is frozen, and whose app listens',
    exitCode: 4,
    before: "process.on('SIGTERM', () => process.exit(4));",
    after: 'await handle.shutdown();',
  },
  {
    what: 'takes no listeners',
    exitCode: -1,
    before: "process.on = process.prependListener = () => { throw new Error('no listeners'); };",
    after: '',
  },
])('a signal ends a process that $what', async ({ exitCode, before, after }) => {
  const end = await runNode(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
        import { instrumentWebSockets } from '@closespan/node';
        import { WebSocket } from 'ws';
        ${before}
        const handle = instrumentWebSockets({ spool: process.env.SPOOL, exitTimeout: 100 });
        const socket = new WebSocket('ws://127.0.0.1:1');
        await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
        Object.freeze(process);
        ${after}
        setTimeout(() => {}, 60_000);
        process.kill(process.pid, 'SIGTERM');
      `,
    ],
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', SPOOL: join(tmpdir(), `closespan-${randomUUID()}`) },
  );
  // Of a signal that nobody listens for the process itself dies.
  expect(end).toMatchObject({ exitCode, signal: exitCode < 0 ? 'SIGTERM' : null, stderr: '' });
});

it('a stream that an app freezes before it refuses an upgrade goes on as without us', async () => {
  const error = vi.fn();
  diag.setLogger({ error, warn: error, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  const refused = vi.fn();
  const handle = instrumentWebSockets({ otlp: false, closeHook: refused });
  const server = createServer().on('upgrade', (_request, socket) => {
    for (const name of ['_write', '_writev', '_writeGeneric', '_destroy']) {
      const value = Reflect.get(socket, name);
      Object.defineProperty(socket, name, { value, writable: false, configurable: false });
    }
    socket.end('HTTP/1.1 401 No\r\nConnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { connection: 'upgrade', upgrade: 'websocket' };
  const [response] = await once(request({ port, headers }).end(), 'response');
  response.resume();
  await once(response, 'end');
  expect(response.statusCode).toBe(401);
  await handle.shutdown();
  server.close();
  await once(server, 'close');
  diag.disable();
  expect(error).not.toHaveBeenCalled();
});
