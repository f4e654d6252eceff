import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, type ProgramEnd, runNode } from '../helpers/run-node.ts';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const CJS_APP = fixture('close-unaware.cjs');
const ESM_APP = fixture('end-process.mjs');
const NODE = nodeBinary(24) ?? process.execPath;
const REGISTER = ['--import', '@closespan/node/register'];
const SILENT: Partial<ProgramEnd> = { exitCode: 0, stdout: '', stderr: '' };

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

const run = (binary: string, args: string[], env: Record<string, string> = {}) =>
  runNode(binary, args, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env });
const kinds = () => receiver.spans.map(({ kind }) => kind).sort();

for (const version of NODE_VERSIONS) {
  const binary = nodeBinary(version) ?? '';
  describe.skipIf(!binary)(`Node ${version}`, () => {
    it.each([
      { flag: '--import', where: '' },
      { flag: '--require', where: '' },
      { flag: '--import', where: 'worker' },
      { flag: '--require', where: 'worker' },
      { flag: '--import', where: 'child' },
      { flag: '--import', where: 'cluster' },
    ])('records both ends of an app that knows nothing of it: $flag $where', async ({ flag, where }) => {
      const end = await run(binary, [flag, '@closespan/node/register', CJS_APP, where]);
      expect(end).toMatchObject(SILENT);
      expect(kinds()).toEqual([2, 3]);
    });

    it.each(['--import', '--require'])('loads no HTTP for a process that has none: %s', async (flag) => {
      const program =
        'process.stdout.write(String(process.moduleLoadList.some((name) => /_http_/.test(name))))';
      expect(await run(binary, [flag, '@closespan/node/register', '-e', program])).toMatchObject({
        ...SILENT,
        stdout: 'false',
      });
    });

    it.each([
      { flag: '--import', where: '' },
      { flag: '--require', where: '' },
      { flag: '--import', where: 'worker' },
      { flag: '--import', where: 'child' },
      { flag: '--import', where: 'cluster' },
    ])('does so by NODE_OPTIONS: $flag $where', async ({ flag, where }) => {
      const env = { NODE_OPTIONS: `${flag} @closespan/node/register` };
      expect(await run(binary, [CJS_APP, where], env)).toMatchObject(SILENT);
      expect(kinds()).toEqual([2, 3]);
    });

    it.each(['--import', '--require'])('records an app of ES modules (%s)', async (flag) => {
      const end = await run(binary, [flag, '@closespan/node/register', ESM_APP, 'idle']);
      expect(end).toMatchObject({ ...SILENT, exitCode: 3 });
      expect(kinds()).toEqual([2, 3]);
    });
  });
}

describe('a variable', () => {
  const closes = async (env: Record<string, string>) => {
    expect(await run(NODE, [...REGISTER, CJS_APP], env)).toMatchObject(SILENT);
    return receiver.spans;
  };

  it.each([
    { CLOSESPAN_ENABLED: 'false' },
    { OTEL_SDK_DISABLED: 'true' },
    { CLOSESPAN_IGNORE_URLS: '/other, /rooms' },
    { CLOSESPAN_OTLP: 'false' },
  ])('switches recording off: %o', async (env) => {
    expect(await closes(env as Record<string, string>)).toHaveLength(0);
    expect(receiver.requests).toHaveLength(0);
  });

  it.each([
    { CLOSESPAN_ENABLED: 'true' },
    { CLOSESPAN_ENABLED: '' },
    { CLOSESPAN_IGNORE_URLS: '/other' },
    { CLOSESPAN_OTLP: 'TRUE' },
    { CLOSESPAN_PROPAGATE_CONTEXT: 'false', CLOSESPAN_CARRIERS: 'query, subprotocol' },
    { CLOSESPAN_EXIT_TIMEOUT: '10000', CLOSESPAN_EXIT_SIGNALS: 'SIGTERM,SIGHUP' },
  ])('leaves it on: %o', async (env) => {
    expect(await closes(env as Record<string, string>)).toHaveLength(2);
  });

  it('names close codes', async () => {
    const [span] = await closes({ CLOSESPAN_CLOSE_CODES: '{"4001":{"name":"Expired","abnormal":true}}' });
    expect(span?.attributes).toMatchObject({ 'websocket.close.name': 'Expired' });
    expect(span?.statusCode).toBe(2);
  });

  it('names close codes by presets', async () => {
    // The sockets of the program agree on no subprotocol of a preset.
    const [span] = await closes({ CLOSESPAN_PRESETS: 'graphqlWs, socketIo' });
    expect(span?.attributes).toMatchObject({ 'websocket.close.name': 'Private use' });
  });

  it('leaves reasons out', async () => {
    const [span] = await closes({ CLOSESPAN_CLOSE_REASON: 'false' });
    expect(span && closeLine(span)).toMatch(
      /^\/rooms (client 4001 clean local local|server 4001 clean remote remote)_close$/,
    );
  });

  it('leaves subprotocols out', async () => {
    await closes({ CLOSESPAN_SUBPROTOCOL: 'true' });
    const spans = await closes({ CLOSESPAN_SUBPROTOCOL: 'false' });
    const subprotocols = spans.map(({ attributes }) => attributes['websocket.subprotocol']);
    expect(subprotocols).toEqual(['chat', 'chat', undefined, undefined]);
  });

  it('says what a span covers', async () => {
    const spans = await closes({ CLOSESPAN_SPAN_TIMING: 'lifetime', CLOSESPAN_PARENT: 'creation' });
    for (const { startTime, endTime, attributes } of spans) {
      const open = Number(attributes['websocket.connection.duration']) * 1000;
      // Span times are whole milliseconds.
      expect(endTime - startTime).toBeGreaterThan(open - 2);
    }
  });

  it.each([
    { env: { CLOSESPAN_ENABLED: 'perhaps' }, line: 'Expected true or false, got `perhaps`' },
    { env: { CLOSESPAN_OTLP: 'http://collector' }, line: 'Expected true or false, got `http://collector`' },
    { env: { CLOSESPAN_CLOSE_CODES: '{4001' }, line: '' },
    { env: { CLOSESPAN_CLOSE_CODES: '{"4001":{"name":7}}' }, line: 'Expected `closeCodes` to be ' },
    { env: { CLOSESPAN_PRESETS: 'graphqlWs,definePreset' }, line: 'Expected actionCable, centrifugo, ' },
    { env: { CLOSESPAN_SUBPROTOCOL: 'hide' }, line: 'Expected true or false, got `hide`' },
    { env: { CLOSESPAN_CLOSE_REASON: 'hide' }, line: 'Expected true or false, got `hide`' },
    {
      env: { CLOSESPAN_SPAN_TIMING: 'life' },
      line: 'Expected `spanTiming` to be close or lifetime, got `life`',
    },
    { env: { CLOSESPAN_PARENT: 'any' }, line: 'Expected `parent` to be none or creation, got `any`' },
    { env: { CLOSESPAN_PROPAGATE_CONTEXT: 'no' }, line: 'Expected true or false, got `no`' },
    {
      env: { CLOSESPAN_CARRIERS: 'cookie' },
      line: 'Expected `acceptCarriers` to be an array of query and subprotocol',
    },
    {
      env: { CLOSESPAN_EXIT_TIMEOUT: '5s' },
      line: 'Expected `exitTimeout` to be milliseconds from 0 to 2147483647, got `5s`',
    },
    {
      env: { CLOSESPAN_EXIT_TIMEOUT: ' ' },
      line: 'Expected `exitTimeout` to be milliseconds from 0 to 2147483647, got ` `',
    },
    { env: { CLOSESPAN_EXIT_SIGNALS: 'SIGKILL' }, line: 'Expected `exitSignals` to be ' },
  ])('that is wrong costs one line and is left out: $env', async ({ env, line }) => {
    const end = await run(NODE, [...REGISTER, CJS_APP], env as Record<string, string>);
    expect(end).toMatchObject({ exitCode: 0, stdout: '' });
    const [variable] = Object.keys(env);
    expect(end.stderr).toMatch(/^.*\n$/);
    expect(end.stderr).toContain(`closespan: ${variable} ignored: ${line}`);
    expect(receiver.spans).toHaveLength(2);
  });

  it('that nobody knows costs one line', async () => {
    const end = await run(NODE, [...REGISTER, CJS_APP], { CLOSESPAN_IGNORE_URL: '/rooms' });
    expect(end).toMatchObject({
      exitCode: 0,
      stderr: 'closespan: CLOSESPAN_IGNORE_URL is unknown and ignored\n',
    });
    expect(receiver.spans).toHaveLength(2);
  });
});

describe('the log', () => {
  const refused = (env: Record<string, string>) =>
    run(NODE, [...REGISTER, CJS_APP], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...env });

  it('tells of exports that fail, and not on the output of the app', async () => {
    const { exitCode, stdout, stderr } = await refused({});
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toContain('ECONNREFUSED');
  });

  it('follows OTEL_LOG_LEVEL', async () => {
    expect(await refused({ OTEL_LOG_LEVEL: 'none' })).toMatchObject(SILENT);
  });
});

describe("beside OpenTelemetry's own register", () => {
  const THEIRS = '@opentelemetry/auto-instrumentations-node/register';
  const OURS = '@closespan/node/register';

  it.each([
    { flag: '--import', order: [OURS, THEIRS] },
    { flag: '--import', order: [THEIRS, OURS] },
    { flag: '--require', order: [OURS, THEIRS] },
    { flag: '--require', order: [THEIRS, OURS] },
  ])('sends through its providers, once: $flag $order', async ({ flag, order }) => {
    const end = await run(NODE, [...order.flatMap((name) => [flag, name]), CJS_APP], {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'env,process',
      OTEL_SERVICE_NAME: 'theirs',
    });
    expect({ exitCode: end.exitCode, stderr: end.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const closes = receiver.spans.filter(({ name }) => name === 'websocket.close');
    expect(closes.map(({ kind }) => kind).sort()).toEqual([2, 3]);
    // Only their detectors tell the process.
    for (const { resource } of closes) expect(resource).toHaveProperty(['process.pid']);
    const counted = receiver.points.filter(({ name }) => name.endsWith('.closes'));
    expect(counted.map(({ name, value }) => [name, value]).sort()).toEqual([
      ['websocket.client.closes', 1],
      ['websocket.server.closes', 1],
    ]);
    for (const { headers } of receiver.requests) expect(headers['user-agent']).not.toContain('closespan');
  });
});
