import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/run-polluted.mjs', import.meta.url));

/** The lines of a close of each client, and of their server. */
const closesOf = (clients: string) =>
  clients
    .split(',')
    .flatMap(() => [
      '/chat client 4001 clean local local_close',
      '/chat server 4001 clean remote remote_close',
    ])
    .sort();

/** Runs the polluted program. Returns its output, what arrived, and what arrived at a stranger's address. */
async function run(query: Readonly<Record<string, string>>) {
  const [receiver, stranger] = await Promise.all([startOtlpReceiver(), startOtlpReceiver()]);
  const { port } = new URL(stranger.url);
  const end = await runNode(process.execPath, [program, `${new URLSearchParams({ port, ...query })}`], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  await Promise.all([receiver.close(), stranger.close()]);
  return { end, lines: receiver.spans.map(closeLine).sort(), strangers: stranger.spans };
}

describe('a polluted prototype', () => {
  it.each([
    ['otlp', 'object'],
    ['url', 'url'],
    ['headers', 'object'],
    ['timeoutMillis', 'number'],
    ['protocol', 'protobuf'],
    ['compression', 'protobuf'],
    ['exportIntervalMillis', 'number'],
    ['ignoreUrls', 'object'],
    ['exitTimeout', 'number'],
    ['spool', 'object'],
    ['tracerProvider', 'object'],
    ['sampler', 'object'],
    ['closeHook', 'function'],
    ['redactUrl', 'function'],
    ['code', 'number'],
    ['reason', 'function'],
    ['attributes', 'object'],
    ['closing', 'object'],
    ['outage', 'object'],
    ['causes', 'object'],
    ['end', 'number'],
    ['request', 'function'],
    ['reportedCode', 'number'],
    ['length', 'number'],
    ['configurable', 'flag'],
    ['enumerable', 'flag'],
    ['apply', 'function'],
    ['construct', 'function'],
  ])('with %s redirects no telemetry, and breaks no patch', async (name, value) => {
    const { end, lines, strangers } = await run({ name, value });
    expect(end).toMatchObject({ exitCode: 0, stderr: '', stdout: '[]' });
    expect(strangers).toEqual([]);
    expect(lines).toEqual(closesOf('ws,global'));
  });

  // undici does not run with them: it throws as it loads, or hangs.
  it.each(
    ['get', 'set', 'value', 'writable'].flatMap((name) =>
      ['flag', 'function'].map((value) => ({ name, value })),
    ),
  )('with $name (a $value), which each descriptor inherits, breaks no patch', async ({ name, value }) => {
    const { end, lines } = await run({ name, value, clients: 'ws' });
    expect(end).toMatchObject({ exitCode: 0, stderr: '', stdout: '[]' });
    expect(lines).toEqual(closesOf('ws'));
  });

  it.each(['number', 'url'])(
    'with socketPath (a %s), with which undici hangs, changes no record',
    async (value) => {
      const { end, lines } = await run({ name: 'socketPath', value, clients: 'ws' });
      expect(end).toMatchObject({ exitCode: 0, stderr: '', stdout: '[]' });
      expect(lines).toEqual(closesOf('ws'));
    },
  );

  it.each(['Object', 'Array', 'Promise'])('(%s) that loops go through breaks none', async (owner) => {
    const { end, lines } = await run({ name: 'extra', value: 'function', owner, isEnumerable: 'yes' });
    expect(end).toMatchObject({ exitCode: 0, stderr: '', stdout: '[]' });
    expect(lines).toEqual(closesOf('ws,global'));
  });
});

it('an app whose promises, timers and event targets Zone has replaced is observed as any other', async () => {
  const { end, lines } = await run({ name: 'extra', value: 'flag', zone: 'yes' });
  expect(end).toMatchObject({ exitCode: 0, stderr: '', stdout: '[]' });
  expect(lines).toEqual(closesOf('ws,global'));
});

describe('a variable that the built-in pipeline does not know', () => {
  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'http/json is sent'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf', 'http/json is sent'],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'x'.repeat(1000), 'http/json is sent'],
    ['OTEL_TRACES_EXPORTER', 'zipkin', 'otlp is sent'],
    ['OTEL_METRICS_EXPORTER', 'prometheus', 'otlp is sent'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', undefined],
    ['OTEL_TRACES_EXPORTER', 'otlp', undefined],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', '', undefined],
  ])('%s=%s', async (variable, text, outcome) => {
    const receiver = await startOtlpReceiver();
    const code = `
      const { DiagLogLevel, diag } = await import('@opentelemetry/api');
      diag.setLogger({ ...console, verbose() {} }, DiagLogLevel.WARN);
      const { instrumentWebSockets } = await import('@closespan/node');
      const { WebSocket } = await import('ws');
      const handle = instrumentWebSockets();
      const socket = new WebSocket('ws://127.0.0.1:4');
      await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
      await handle.shutdown();`;
    const { stdout, stderr, exitCode } = await runNode(
      process.execPath,
      ['--input-type=module', '-e', code],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, [variable]: text },
    );
    await receiver.close();
    const lines = `${stdout}${stderr}`.split('\n').filter(Boolean);
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(outcome ? 1 : 0);
    if (outcome) {
      expect(lines[0]).toContain(`closespan: ${variable}=${text.slice(0, 64)} is not supported, ${outcome}`);
      expect(lines[0]?.length).toBeLessThan(200);
    }
    expect(receiver.spans.map(({ name }) => name)).toEqual(['websocket.close']);
  });
});
