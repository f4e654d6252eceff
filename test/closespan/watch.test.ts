import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { connectAndClose } from '../helpers/connect-and-close.ts';
import { nodeBinary } from '../helpers/run-node.ts';
import { attribute, closeSpan, JSON_TYPE, send, tracesOf } from './otlp-requests.ts';
import { type Closespan, type StartOptions, startClosespan } from './start-closespan.ts';

/** Starts `watch` on a free port, lets `act` send to it, and returns the lines behind the first ones, and the end. */
async function watch(
  act: (url: string, program: Closespan) => Promise<unknown>,
  args: readonly string[] = [],
  options: StartOptions = {},
) {
  const program = startClosespan(['--port', '0', ...args], options);
  await act(await program.url(), program);
  const end = await program.stop();
  const [, shown = ''] = end.stdout.split(/^ {2}signs.*\n\n/m);
  return { ...end, lines: shown.split('\n') };
}

const post = (url: string, spans: readonly object[], scope?: string) =>
  send(`${url}/v1/traces`, JSON_TYPE, JSON.stringify(tracesOf(spans, scope)));

const ID = attribute('websocket.connection.id', '0123456789abcdef');
const [CLIENT, SERVER] = [closeSpan('a', [ID]), closeSpan('b', [ID], 2)];

/** Closes a connection between two ends that send to an address. */
async function closeBoth(url: string, path: string, code: number): Promise<void> {
  const handle = instrumentWebSockets({ otlp: { url }, serviceName: 'chat' });
  await connectAndClose(path, code);
  await handle.shutdown();
}

it('says where it listens, and what an app on another port needs', async () => {
  const { stdout, exitCode } = await watch(async () => {});
  const [first = '', page = '', node = '', pages = ''] = stdout.split('\n');
  const [url = ''] = /http:\S+/.exec(first) ?? [];
  expect(first).toBe(`closespan waits for WebSocket closes at ${url}  Ctrl-C ends it`);
  expect(page).toBe(`  page   ${url}/`);
  expect(node).toBe(`  Node   OTEL_EXPORTER_OTLP_ENDPOINT=${url}`);
  expect(pages).toBe(`  pages  instrumentWebSockets({ otlp: { url: '${url}' } })`);
  expect(stdout).toMatch(/\n\n0 closes\n$/);
  expect(exitCode).toBe(0);
});

it('shows both ends of a connection together, with reason, sentence and next step', async () => {
  const { lines } = await watch(async (url, { line }) => {
    await closeBoth(url, '/rooms/7', 4401);
    await line('server 4401');
  });
  const plain = lines.map((line) =>
    line
      .replace(/\d\d:\d\d:\d\d/, 'TIME')
      .replace(/ +\d+ ms/, ' 5 ms')
      .replace(/:\d{4,5}/, ':PORT'),
  );
  expect(plain).toEqual([
    'TIME • client 4401 Private use 5 ms  ws://127.0.0.1:PORT/rooms/7  chat  #1',
    '           This end closed: 4401 (Private use).',
    '           Nothing to do, if the app meant to close.',
    '      └─ • server 4401 Private use 5 ms  same connection  chat  #1',
    '           The peer closed: 4401 (Private use).',
    '           Look up what this code means in your app, or in its library.',
    '',
    '2 closes (2 × 4401), 0 abnormal',
    '',
  ]);
});

describe('the other end of a connection', () => {
  it('stands below, if it comes next', async () => {
    const { lines } = await watch(async (url, { line }) => {
      await post(url, [CLIENT]);
      await line('client 1006');
      await post(url, [SERVER]);
      await line('server 1006');
    });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d → client 1006 Abnormal Closure {4}not open {2}shop {2}#1$/);
    expect(lines.find((line) => line.includes('server'))).toBe(
      '      └─ → server 1006 Abnormal Closure    not open  same connection  shop  #1',
    );
    // The first end did not know of the other one.
    expect(lines.join().match(/Look at the record of the other end/g)).toHaveLength(1);
  });

  it('names the first end, if others came between', async () => {
    const { lines } = await watch(async (url, { line }) => {
      await post(url, [SERVER]);
      await post(url, [closeSpan('c')]);
      await post(url, [CLIENT]);
      await line('other end of #1');
    });
    expect(lines.filter((line) => line.includes('#')).map((line) => line.replace(/^.{11}/, ''))).toEqual([
      expect.stringMatching(/^server .* #1$/),
      expect.stringMatching(/^client .* #2$/),
      expect.stringMatching(/^client .* other end of #1$/),
    ]);
  });
});

it('shows an outage, abnormal closes, and how many other spans came', async () => {
  const outage = {
    ...closeSpan('d'),
    name: 'websocket.reconnect',
    status: { code: 1 },
    attributes: [attribute('websocket.close.cause', 'offline'), attribute('websocket.reconnect.attempts', 3)],
  };
  const failed = {
    ...closeSpan('e', [attribute('websocket.close.cause', 'connection_lost')]),
    status: { code: 2 },
  };
  const { lines } = await watch(async (url, { line }) => {
    await post(url, [outage, failed]);
    await post(url, [closeSpan('f'), closeSpan('g')], 'another');
    await line('2 other spans so far, not shown');
    await post(url, [closeSpan('h')], 'another');
  });
  const text = lines.join('\n');
  expect(text).toMatch(/^\d\d:\d\d:\d\d ↻ client back after 60\.0 s, 3 attempts {2}shop {2}after offline$/m);
  expect(text).toMatch(/^\d\d:\d\d:\d\d ✗ client 1006/m);
  expect(text).toMatch(/^1 close \(1 × 1006\), 1 abnormal, 1 outage; 3 other spans, not shown$/m);
  expect(text.match(/other spans? so far/g)).toHaveLength(1);
});

it('writes JSON alone to stdout with --json, a line for each close', async () => {
  const { stdout, stderr } = await watch(
    async (url, { line }) => {
      await closeBoth(url, '/rooms/7', 1000);
      await line('"side":"server"');
    },
    ['--json'],
    { notes: 'stderr' },
  );
  expect(stderr).toMatch(/^closespan waits for WebSocket closes/);
  const closes = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(closes.find(({ side }) => side === 'client')).toEqual({
    type: 'close',
    number: expect.any(Number),
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    side: 'client',
    code: 1000,
    name: 'Normal Closure',
    category: 'normal',
    abnormal: false,
    cause: 'local_close',
    url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/rooms\/7$/),
    lifetime: expect.any(Number),
    service: 'chat',
    connectionId: expect.stringMatching(/^[0-9a-f]{16}$/),
    otherEnd: expect.any(Number),
    sentence: 'This end closed: 1000 (Normal Closure).',
    evidence: expect.any(Array),
    next: expect.any(String),
    link: expect.stringContaining('causes.md#local_close'),
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    attributes: expect.objectContaining({ 'websocket.close.code': 1000 }),
    resource: expect.objectContaining({ 'service.name': 'chat' }),
  });
});

it('ends with 0 after --once closes, and shows no more than these', async () => {
  const program = startClosespan(['--port', '0', '--once', '2']);
  await post(await program.url(), [CLIENT, SERVER, closeSpan('c')]);
  const { exitCode, stdout } = await program.end;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\n\n2 closes \(2 × 1006\), 0 abnormal\n$/);
});

it('ends with 1 if --once is interrupted', async () => {
  expect((await watch(async () => {}, ['--once', '1'])).exitCode).toBe(1);
});

it.concurrent.each([
  { env: {}, coloured: false },
  { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: true },
  { env: { FORCE_COLOR: '0' }, coloured: false },
])('colours a pipe with $env: $coloured', async ({ env, coloured }) => {
  const program = startClosespan(['explain', '1000'], { env });
  expect((await program.end).stdout.includes('\u001b[32m')).toBe(coloured);
});

it('lets no text of a peer change the terminal', async () => {
  const evil = '\u001b]0;owned\u0007\u009b2J\u202e\u2028\ud800\r\nfake line';
  const names = [
    'url.full',
    'websocket.close.reason',
    'websocket.close.name',
    'websocket.close.cause',
    'websocket.connection.id',
  ];
  const span = closeSpan(
    'a',
    names.map((name) => attribute(name, evil)),
  );
  for (const args of [[], ['--json']]) {
    const { stdout } = await watch(
      async (url, { line }) => {
        await post(url, [span]);
        await line('1006');
      },
      args,
      { notes: args.length > 0 ? 'stderr' : 'stdout' },
    );
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(stdout).not.toMatch(/^fake line/m);
  }
});

describe('a port that is taken', () => {
  it.each([
    [
      'another closespan',
      async () => {
        const program = startClosespan(['--port', '0']);
        return { url: await program.url(), close: () => program.stop() };
      },
    ],
    ['another receiver of OTLP, such as a Collector', () => startOtlpReceiver()],
    [
      'another program',
      async () => {
        const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
        await once(server, 'listening');
        return {
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          close: async () => server.close(),
        };
      },
    ],
  ])('is said to be taken by %s', async (owner, start) => {
    const other = await start();
    const { port } = new URL(other.url);
    const { exitCode, stdout, stderr } = await startClosespan(['--port', port]).end;
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      `Port ${port} of 127.0.0.1 is taken by ${owner}. End that program, or choose a port: closespan --port ${Number(port) + 1}\n`,
    );
    await other.close();
  });
});

it('ends in order if nobody reads its lines any more', async () => {
  const program = startClosespan(['--port', '0']);
  const url = await program.url();
  program.child.stdout?.destroy();
  // The first line behind the end of the reader shows that there is none.
  for (let id = 1; program.child.exitCode === null; id++) {
    await post(url, [closeSpan(id.toString(16))]).catch(() => {});
  }
  expect(await program.end).toMatchObject({ exitCode: 0, stderr: '' });
});

it('keeps its memory while nobody reads, and says how much was not printed', async () => {
  const program = startClosespan(['--port', '0']);
  const url = await program.url();
  program.child.stdout?.pause();
  const reason = attribute('websocket.close.reason', 'x'.repeat(120));
  for (let batch = 0; batch < 10; batch++) {
    const spans = Array.from({ length: 1000 }, (_, index) => closeSpan(`${batch}-${index}`, [reason]));
    await post(url, spans);
  }
  program.child.kill('SIGINT');
  program.child.stdout?.resume();
  expect((await program.end).stdout).toMatch(
    /10000 closes .*; \d+ blocks of lines not printed, since nobody read them\n$/,
  );
});

it.concurrent.each([
  [['--port', 'x'], 'Expected `--port` to be a whole number from 0 to 65535, got `x`'],
  [['--once', '0'], 'Expected `--once` to be a whole number from 1'],
  [['--prot', '1'], "Unknown option '--prot'. Expected flags are --port, --host, --json, --once"],
  [['--port'], "Option '--port' argument missing"],
  [['wach'], 'Expected one of the commands watch, explain, codes, expect, probe, or none, got `wach`'],
  [['watch', 'me'], "Unexpected argument 'me'"],
  [['help', 'me'], 'Expected one of the commands'],
])('%j is a wrong call', async (args, message) => {
  const { exitCode, stdout, stderr } = await startClosespan(args).end;
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`closespan: ${message}`);
});

it('shows help and version', async () => {
  const [overview, ofWatch, version] = await Promise.all(
    [['--help'], ['watch', '-h'], ['--version']].map(async (args) => (await startClosespan(args).end).stdout),
  );
  for (const form of ['closespan explain CODE', 'closespan codes', 'closespan expect'])
    expect(overview).toContain(form);
  expect(ofWatch).toMatch(/--port N .*\n.*\n.*\n {2}--once N /);
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
});

const node20 = nodeBinary(20);
it.skipIf(!node20)('runs on Node 20', async () => {
  const { lines, exitCode } = await watch(
    async (url, { line }) => {
      await post(url, [CLIENT, SERVER]);
      await line('server 1006');
    },
    [],
    { node: node20 ?? '' },
  );
  expect(exitCode).toBe(0);
  expect(lines).toContain('2 closes (2 × 1006), 0 abnormal');
});
