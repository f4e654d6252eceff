import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeBinary, runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/close-one-connection.mjs', import.meta.url));
let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

const run = (env: Record<string, string>, flags: string[] = []) =>
  runNode(nodeBinary(24) ?? process.execPath, [...flags, program], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    ...env,
  });

it('the environment configures the built-in pipeline', async () => {
  const { exitCode, stderr } = await run({
    OTEL_SERVICE_NAME: 'chat',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,service.version=7',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme',
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(receiver.spans.length).toBeGreaterThan(0);
  expect(receiver.spans[0]?.resource).toMatchObject({
    'service.name': 'chat',
    'service.version': '7',
    'deployment.environment.name': 'staging',
  });
  for (const { headers } of receiver.requests) expect(headers['x-tenant']).toBe('acme');
  expect(receiver.points.some(({ name }) => name === 'websocket.server.closes')).toBe(true);
});

it('a service.instance.id names each process of a service, so that their counters do not overwrite each other', async () => {
  await run({});
  await run({});
  await run({ OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=pod-7' });
  const ids = new Set(receiver.spans.map(({ resource }) => resource['service.instance.id']));
  expect(ids.size).toBe(3);
  expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.any(String), 'pod-7']);
});

it.each([
  [{}, { host: hostname(), isNumbered: true }],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'none' }, { host: undefined, isNumbered: false }],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'env, host' }, { host: hostname(), isNumbered: false }],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'host.name=pod-7' }, { host: 'pod-7', isNumbered: true }],
])('the resource names machine and process with %j', async (env, { host, isNumbered }) => {
  await run(env);
  const resource = receiver.spans[0]?.resource ?? {};
  expect(resource['host.name']).toBe(host);
  expect(typeof resource['process.pid']).toBe(isNumbered ? 'number' : 'undefined');
  expect(Object.keys(resource).filter((name) => name.startsWith('process.')).length).toBe(isNumbered ? 1 : 0);
});

it.each(['-1', '0.5', '3000000000', '1m'])('%s is taken for no interval of metrics', async (interval) => {
  const { stderr } = await run({ OTEL_METRIC_EXPORT_INTERVAL: interval, OTEL_LOG_LEVEL: 'warn' });
  expect(stderr).toContain(`OTEL_METRIC_EXPORT_INTERVAL ignored: Expected milliseconds, got \`${interval}\``);
  expect([receiver.spans.length > 0, receiver.points.length > 0]).toEqual([true, true]);
});

it('no log quotes the user info or the query of an address that stands in a wrong variable', async () => {
  const names = [
    'CLOSESPAN_OTLP',
    'CLOSESPAN_PRESETS',
    'CLOSESPAN_SPAN_TIMING',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'OTEL_TRACES_EXPORTER',
    'OTEL_METRIC_EXPORT_INTERVAL',
  ];
  const address = 'https://user:secret@collector/v1?token=secret';
  const variables = Object.fromEntries(names.map((name) => [name, address]));
  const env = { ...variables, OTEL_LOG_LEVEL: 'warn' };
  const { exitCode, stderr } = await run(env, ['--import', '@closespan/node/register']);
  expect(exitCode).toBe(0);
  expect(names.filter((name) => !stderr.includes(name))).toEqual([]);
  expect(stderr).toContain('https://collector/v1');
  expect(stderr).not.toContain('secret');
});

it.each([
  { env: { OTEL_TRACES_SAMPLER: 'always_off' }, spans: false, points: true },
  { env: { OTEL_TRACES_EXPORTER: 'none' }, spans: false, points: true },
  { env: { OTEL_METRICS_EXPORTER: 'none' }, spans: true, points: false },
  { env: { OTEL_SDK_DISABLED: 'true' }, spans: false, points: false },
])('$env sends spans: $spans, metrics: $points', async ({ env, spans, points }) => {
  const { exitCode, stderr } = await run(env as Record<string, string>);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect([receiver.spans.length > 0, receiver.points.length > 0]).toEqual([spans, points]);
});
