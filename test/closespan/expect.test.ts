import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ClosespanEnd, runClosespan, startClosespan } from './start-closespan.ts';

const APP = fileURLToPath(new URL('fixtures/closing-app.mjs', import.meta.url));

/** Runs the app under `closespan expect`, with a receiver on a free port. */
function expectApp(flags: readonly string[], app: readonly string[]): Promise<ClosespanEnd> {
  return runClosespan([
    'expect',
    '--port',
    '0',
    '--wait',
    '200ms',
    ...flags,
    '--',
    process.execPath,
    APP,
    ...app,
  ]);
}

const lastLine = ({ stderr }: ClosespanEnd) => stderr.trimEnd().split('\n').at(-1);

it('lists the abnormal closes, and exits with 1', async () => {
  const end = await expectApp([], ['1000', '1006']);
  expect([end.exitCode, end.stdout]).toEqual([1, 'app done\n']);
  const lines = end.stderr
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    .replace(/:\d{4,5}\//g, ':PORT/')
    .replace(/ +\d+ ms/g, ' 5 ms')
    .split('\n')
    .filter((line) => /✗|^closespan/.test(line));
  // Either end may have sent first.
  expect(
    lines
      .slice(0, 2)
      .map((line) => /client|server/.exec(line)?.[0])
      .sort(),
  ).toEqual(['client', 'server']);
  expect(lines.map((line) => line.replace(/client|server/, 'END'))).toEqual([
    'TIME ✗ END 1006 Abnormal Closure 5 ms  ws://127.0.0.1:PORT/1006  tested  #1',
    '      └─ ✗ END 1006 Abnormal Closure 5 ms  same connection  tested  #1',
    'closespan: 2 abnormal closes, where none is wanted',
    'closespan: 4 closes, 2 abnormal',
  ]);
});

it.concurrent.each([
  { flags: [], app: ['1000', '4401'], exitCode: 0, last: '4 closes, 0 abnormal' },
  { flags: ['--no-abnormal'], app: ['1011'], exitCode: 1, last: '2 closes, 2 abnormal' },
  { flags: ['--max-abnormal', '2'], app: ['1011'], exitCode: 0, last: '2 closes, 2 abnormal' },
  { flags: ['--max-abnormal', '1'], app: ['1011'], exitCode: 1, last: '2 closes, 2 abnormal' },
  {
    flags: ['--allow', '1012,1011'],
    app: ['1011'],
    exitCode: 0,
    last: '2 closes, 0 abnormal, and 2 abnormal that are allowed',
  },
  {
    flags: ['--allow', 'server_error'],
    app: ['1011'],
    exitCode: 0,
    last: '2 closes, 0 abnormal, and 2 abnormal that are allowed',
  },
  {
    flags: ['--expect-code', '1011'],
    app: ['1011'],
    exitCode: 0,
    last: '2 closes, 0 abnormal, and 2 abnormal that are allowed',
  },
  {
    flags: ['--expect-code', '4401', '--expect-code', '4402'],
    app: ['4401'],
    exitCode: 1,
    last: '2 closes, 0 abnormal',
  },
  { flags: [], app: [], exitCode: 1, last: '0 closes, 0 abnormal' },
  { flags: ['--allow-none'], app: [], exitCode: 0, last: '0 closes, 0 abnormal' },
  { flags: [], app: ['1000', 'exit=7'], exitCode: 7, last: '2 closes, 0 abnormal' },
  { flags: ['--allow-none'], app: ['exit=7'], exitCode: 7, last: '0 closes, 0 abnormal' },
])('$flags with an app that closes $app exits with $exitCode', async ({ flags, app, exitCode, last }) => {
  const end = await expectApp(flags, app);
  expect([end.exitCode, lastLine(end)]).toEqual([exitCode, `closespan: ${last}`]);
});

it('says that no close arrived', async () => {
  expect((await expectApp([], [])).stderr).toContain(
    'closespan: no close arrived. Does the app call instrumentWebSockets(), and close its connections?',
  );
});

it.concurrent.each([
  ['OTEL_SDK_DISABLED', 'true', true],
  ['OTEL_TRACES_EXPORTER', 'none', true],
  ['OTEL_TRACES_EXPORTER', 'console,otlp', false],
])('says whether %s=%s may be why no close arrived', async (name, value, isNamed) => {
  const args = ['expect', '--port', '0', '--wait', '0', '--', process.execPath, '-e', ''];
  const { exitCode, stderr } = await runClosespan(args, { env: { [name]: value } });
  expect(exitCode).toBe(1);
  expect(stderr.includes(`closespan: ${name} is ${value}: an app may then send nothing\n`)).toBe(isNamed);
});

it('waits for closes that come after the end of the command', async () => {
  // A process that lives on, and whose closes are exported a second after they happened.
  const late = `const { spawn } = require('node:child_process');
    spawn(process.execPath, [${JSON.stringify(APP)}, '1011'], { detached: true, stdio: 'ignore' }).unref();`;
  const end = await runClosespan([
    'expect',
    '--port',
    '0',
    '--wait',
    '4s',
    '--',
    process.execPath,
    '-e',
    late,
  ]);
  expect([end.exitCode, lastLine(end)]).toEqual([1, 'closespan: 2 closes, 2 abnormal']);
});

describe('the command', () => {
  it.concurrent.each([
    [['no-such-command'], 127, 'The command `no-such-command` is not found'],
    [[fileURLToPath(import.meta.url)], 126, 'does not start: spawn'],
    // Node throws these, and emits those above.
    [[`${fileURLToPath(import.meta.url)}/x`], 126, 'does not start: spawn ENOTDIR'],
    [['x'.repeat(5000)], 126, 'does not start: spawn ENAMETOOLONG'],
    [[''], 2, 'Expected a command behind `--`'],
  ])('%j cannot be started', async (command, exitCode, message) => {
    const end = await runClosespan(['expect', '--port', '0', '--', ...command]);
    expect([end.exitCode, end.stderr]).toEqual([exitCode, expect.stringContaining(`closespan: `)]);
    expect(end.stderr).toContain(message);
  });

  it('gets the standard input, and its variables without another address', async () => {
    const print = `process.stdin.pipe(process.stdout);
      console.log(JSON.stringify(Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_')).sort()));`;
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_SERVICE_NAME: 'shop',
    };
    const args = [
      'expect',
      '--port',
      '0',
      '--allow-none',
      '--wait',
      '0',
      '--',
      process.execPath,
      '-e',
      print,
    ];
    const { exitCode, stdout } = await runClosespan(args, { env, input: 'typed' });
    const [variables = '', typed] = stdout.split('\n');
    expect([exitCode, typed]).toEqual([0, 'typed']);
    expect(JSON.parse(variables)).toEqual([
      ['OTEL_EXPORTER_OTLP_ENDPOINT', expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)],
      ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf'],
      ['OTEL_SERVICE_NAME', 'shop'],
    ]);
  });

  it.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
    'gets %s, and its closes are still judged',
    async (signal) => {
      const program = startClosespan([
        'expect',
        '--port',
        '0',
        '--wait',
        '200ms',
        '--',
        process.execPath,
        APP,
        '1011',
        'wait',
      ]);
      await program.line('app waits');
      program.child.kill(signal);
      const end = await program.end;
      expect(end.stdout).toContain(`app got ${signal}`);
      expect([end.exitCode, lastLine(end)]).toEqual([1, 'closespan: 2 closes, 2 abnormal']);
    },
  );

  it('gets further signals, too', async () => {
    const app = `process.on('SIGINT', () => console.log('app got SIGINT'));
      process.on('SIGTERM', () => { console.log('app got SIGTERM'); process.exit(3); });
      setInterval(() => {}, 1000);
      console.log('app waits');`;
    const run = ['expect', '--port', '0', '--allow-none', '--', process.execPath, '-e', app];
    const program = startClosespan(run);
    await program.line('app waits');
    program.child.kill('SIGINT');
    await program.line('app got SIGINT');
    program.child.kill('SIGTERM');
    const end = await program.end;
    expect([end.exitCode, end.stdout]).toEqual([3, 'app waits\napp got SIGINT\napp got SIGTERM\n']);
  });

  it('gets SIGHUP, and does not stay behind', async () => {
    const app = `process.on('SIGHUP', () => { console.log('app got SIGHUP'); process.exit(4); });
      setInterval(() => {}, 1000);
      console.log('app waits');`;
    const run = ['expect', '--port', '0', '--wait', '0', '--', process.execPath, '-e', app];
    const program = startClosespan(run);
    await program.line('app waits');
    program.child.kill('SIGHUP');
    const end = await program.end;
    expect([end.exitCode, end.stdout]).toEqual([4, 'app waits\napp got SIGHUP\n']);
  });

  it('that a signal ends has the exit code of a shell', async () => {
    const kill = 'process.kill(process.pid, "SIGKILL")';
    const end = await runClosespan([
      'expect',
      '--port',
      '0',
      '--wait',
      '0',
      '--',
      process.execPath,
      '-e',
      kill,
    ]);
    expect(end.exitCode).toBe(137);
  });
});

it('receives on a free port if that of OTLP is taken, and says so', async () => {
  const other = createServer();
  // Another program may have the port already, which is as good.
  await once(other.listen(4318, '127.0.0.1'), 'listening').catch(() => {});
  const end = await runClosespan(['expect', '--wait', '200ms', '--', process.execPath, APP, '1000']);
  expect([end.exitCode, lastLine(end)]).toEqual([0, 'closespan: 2 closes, 0 abnormal']);
  expect(end.stderr).toMatch(/^closespan: port 4318 is taken, so http:\/\/127\.0\.0\.1:\d+ receives\./);
  if (other.listening) await once(other.close(), 'close');
});

it.concurrent.each([
  [['--'], 'Expected a command behind `--`'],
  [['npm', 'test'], 'Expected a command behind `--`'],
  [
    ['--no-abnormal', '--max-abnormal', '1', '--', 'true'],
    'Expected `--no-abnormal` or `--max-abnormal`, got both',
  ],
  [
    ['--allow', 'bad_luck', '--', 'true'],
    'Expected `--allow` to be a code such as 4401, or a cause such as page_exit',
  ],
  [['--expect-code', 'x', '--', 'true'], 'Expected `--expect-code` to be a whole number'],
  [['--wait', 'x', '--', 'true'], 'Expected `--wait` to be a time'],
])('%j is a wrong call', async (args, message) => {
  const { exitCode, stderr } = await runClosespan(['expect', ...args]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`closespan: ${message}`)]);
});
