import type { WebSocketOptions } from '@closespan/core';
import {
  type CloseFacts,
  type Connection,
  createLabelLimits,
  trackConnection,
} from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, expect, it, vi } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

afterEach(() => vi.restoreAllMocks());

type Close = Partial<CloseFacts> & { connection?: Connection };

/** Records closes as on Node, in steps. */
function startRecording(options: WebSocketOptions = {}) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // More than any bound of ours.
  const reader = new PeriodicExportingMetricReader({ exporter, cardinalityLimits: { default: 100_000 } });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const recording = createRecording({
    options: { otlp: false, meterProvider, ...options },
    startPipeline: () => new Promise(() => {}),
    createLabelLimits,
    waiting: [],
    dropped: 0,
    capacity: 131_072,
  });
  return {
    async record(closes: readonly Close[]) {
      for (const { connection = openedConnection(), ...facts } of closes) {
        recording.push({
          connection,
          facts: { ...FACTS, kind: 'server', ...facts },
          closedAt: 1,
          closeTime: 1,
        });
      }
      await recording.drain();
    },
    /** Label sets of a metric. */
    async sets(name = 'websocket.server.closes'): Promise<Record<string, unknown>[]> {
      await meterProvider.forceFlush();
      const { scopeMetrics = [] } = exporter.getMetrics().at(-1) ?? {};
      const metrics = scopeMetrics.flatMap(({ metrics }) => metrics);
      const points = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
      return points.map(({ attributes }) => ({ ...attributes }));
    },
  };
}

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const inventedCodes = times(60, (index) => ({ code: 4000 + index }));
const inventedHosts = times(60, (index) => ({ url: `ws://invented-${index}.example/` }));
const real: Close = { url: 'ws://real.example/' };

const hostsOf = (sets: Record<string, unknown>[]) => new Set(sets.map((set) => set['server.address']));
const codesOf = (sets: Record<string, unknown>[]) => new Set(sets.map((set) => set['websocket.close.code']));

it('show a code that closeCodes names, after 60 invented ones', async () => {
  const { record, sets } = startRecording({ closeCodes: { 4401: { name: 'Session Expired' } } });
  await record([...inventedCodes, { code: 4401 }]);
  expect(await sets()).toContainEqual(
    expect.objectContaining({ 'websocket.close.code': 4401, 'websocket.close.name': 'Session Expired' }),
  );
});

it('show a code that the app closes with, after 60 invented ones', async () => {
  const { record, sets } = startRecording();
  const connection = openedConnection();
  connection.closing = { at: 1, by: 'local', code: 4401 };
  await record([...inventedCodes, { code: 4401, connection }]);
  expect(codesOf(await sets())).toContain(4401);
});

it('show a code that comes often, after 60 invented ones', async () => {
  const { record, sets } = startRecording();
  await record([...inventedCodes, ...times(3, () => ({ code: 4401 }))]);
  expect(codesOf(await sets())).toContain(4401);
});

it('show a host that is reached often, after 60 invented ones', async () => {
  const { record, sets } = startRecording();
  await record([...inventedHosts, real, real, real]);
  for (const name of ['closes', 'connection.duration', 'handshake.duration']) {
    expect(hostsOf(await sets(`websocket.server.${name}`))).toContain('real.example');
  }
});

it.each(['client', 'server'] as const)('of a %s have at most 60 hosts in ten minutes', async (kind) => {
  const { record, sets } = startRecording();
  const hosts = times(2000, (index) => ({ kind, url: `ws://h${index}.example/` }));
  await record([...hosts, ...hosts.flatMap((close) => [close, close, close])]);
  // One of these is no host.
  expect(hostsOf(await sets(`websocket.${kind}.closes`)).size).toBeLessThanOrEqual(61);
});

it('keep places for a host of before, whatever strangers invent', async () => {
  const { record, sets } = startRecording();
  await record([real]);
  await record(inventedHosts.flatMap((host) => inventedCodes.map((code) => ({ ...host, ...code }))));
  await record([{ ...real, code: 1011 }]);
  expect(await sets()).toContainEqual(
    expect.objectContaining({ 'server.address': 'real.example', 'websocket.close.code': 1011 }),
  );
});

it('keep places for a template of before, whatever paths clients invent', async () => {
  const { record, sets } = startRecording({ urlTemplate: ({ pathname }) => pathname });
  const chat = { url: 'ws://real.example/chat' };
  await record([chat]);
  await record(times(2000, (index) => ({ url: `ws://real.example/${index}` })));
  await record([{ ...chat, code: 1006, wasClean: false }]);
  for (const name of ['closes', 'connection.duration']) {
    expect(await sets(`websocket.server.${name}`)).toContainEqual(
      expect.objectContaining({
        'server.address': 'real.example',
        'url.template': '/chat',
        'error.type': expect.any(String),
      }),
    );
  }
});

it('keep places for an error of before, whatever statuses servers respond with', async () => {
  const { record, sets } = startRecording();
  const refused = (httpStatusCode: number, port: number): Close => ({
    ...{ kind: 'client', code: 1006, wasClean: false, url: `ws://real.example:${port}/`, httpStatusCode },
    connection: trackConnection(undefined, 0),
  });
  await record([refused(503, 80)]);
  await record(times(2000, (index) => refused(100 + (index % 900), 81 + (index % 2))));
  await record([refused(503, 83)]);
  for (const name of ['closes', 'handshake.duration']) {
    expect(await sets(`websocket.client.${name}`)).toContainEqual(
      expect.objectContaining({ 'server.port': 83, 'error.type': '503' }),
    );
  }
});

it('have at most 1,000 sets a metric', async () => {
  const { record, sets } = startRecording({ urlTemplate: ({ pathname }) => pathname });
  const closes = times(20_000, (index) => ({
    url: `ws://h${index % 70}.example/${index % 900}`,
    code: 3000 + (index % 77),
    wasClean: index % 2 === 0,
    errorCode: `E${index}`,
    httpStatusCode: index,
  }));
  await record(closes);
  await record(closes.map((close) => ({ ...close, code: 1006, wasClean: false })));
  for (const name of ['closes', 'connection.duration', 'handshake.duration']) {
    const { length } = await sets(`websocket.server.${name}`);
    expect(length).toBeGreaterThan(500);
    expect(length).toBeLessThanOrEqual(1000);
  }
});

it('give the places of hosts that were not seen for long to others', async () => {
  let minutes = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => minutes * 60_000);
  const { record, sets } = startRecording();
  await record(times(5, () => inventedHosts).flat());
  await record([real]);
  expect(hostsOf(await sets())).not.toContain('real.example');
  for (minutes = 11; minutes < 45; minutes += 11) await record([{ url: 'ws://invented-0.example/' }]);
  await record([real]);
  expect(hostsOf(await sets())).toContain('real.example');
});

it('tell connections that had opened from failed handshakes, whatever else is `other`', async () => {
  const { record, sets } = startRecording();
  const lost = (index: number): Close => ({
    kind: 'client',
    code: 1006,
    wasClean: false,
    errorCode: `E${index}`,
  });
  await record(times(2000, lost));
  await record([lost(2000), { ...lost(2001), connection: trackConnection() }]);
  const rest = (await sets('websocket.client.closes')).filter((set) => set['error.type'] === 'other');
  expect(rest.map((set) => set['websocket.handshake.succeeded']).sort()).toEqual([false, true]);
});
