import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { countingMeterProvider } from '../helpers/counting-meter-provider.ts';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let handle: WebSocketHandle;
let receiver: OtlpReceiver;
let server: WsServer;
/** HTTP status of the responses to spans. */
let status: number;
let retryAfter: string;
let lines: string[];
beforeEach(async () => {
  // Spans go when they are flushed.
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '2147483647');
  lines = [];
  const note = (...args: unknown[]) => lines.push(args.join(' '));
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  status = 503;
  // The exporter's own tries are over at once.
  retryAfter = '60';
  receiver = await startOtlpReceiver({
    status: (path) => (path === '/v1/traces' ? status : 200),
    headers: () => ({ 'retry-after': retryAfter }),
  });
  server = await startWsServer();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
});
afterEach(async () => {
  await handle.shutdown();
  await server.close();
  await receiver.close();
  diag.disable();
  vi.unstubAllEnvs();
});

/** Opens connections and closes them; each is two closes. */
async function closeConnections(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const client = new WebSocket(server.url);
    await once(client, 'open');
    client.close(4000 + i);
    await Promise.all([once(client, 'close'), server.idle()]);
  }
}

const ids = () => new Set(receiver.spans.map(({ spanId }) => spanId)).size;

/** Counts of records by outcome, by the last export. */
const outcomes = () =>
  Object.fromEntries(
    receiver.points
      .filter(({ name }) => name === 'websocket.telemetry.records')
      .map(({ attributes, value }) => [attributes['outcome'], value]),
  );

it('an outage costs no close, and no close arrives twice', async () => {
  await closeConnections(3);
  await handle.forceFlush();
  // These wait as records: what was sent has not arrived.
  await closeConnections(2);
  await handle.forceFlush();
  expect(lines.at(-1)).toBe('closespan: 6 closes wait, nothing arrives');
  expect(receiver.spans).toEqual([]);
  status = 200;
  await handle.forceFlush();
  expect(ids()).toBe(10);
  await handle.forceFlush();
  expect(receiver.spans).toHaveLength(10);
  expect(outcomes()).toEqual({ exported: 10, stored: 6, replayed: 6 });
});

it('an outage holds closes back where the metrics go elsewhere, too', async () => {
  await handle.shutdown();
  const { meterProvider } = countingMeterProvider();
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, meterProvider });
  await closeConnections(1);
  await handle.forceFlush();
  await closeConnections(1);
  await handle.forceFlush();
  expect(lines.at(-1)).toBe('closespan: 2 closes wait, nothing arrives');
  status = 200;
  await handle.forceFlush();
  expect(ids()).toBe(4);
});

it.each(['2', '1e9', '-1', 'Fri, 01 Jan 1999 00:00:00 GMT', 'soon'])(
  'an outage is over by itself, with nobody there who flushes or closes, after a Retry-After of %s',
  async (text) => {
    await handle.shutdown({ timeout: 1 });
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '1500');
    retryAfter = text;
    handle = instrumentWebSockets({ otlp: { url: receiver.url } });
    await closeConnections(1);
    await handle.forceFlush();
    await closeConnections(1);
    status = 200;
    await receiver.waitForSpans(4);
    expect(ids()).toBe(4);
  },
);

it('an outage costs no close where nothing listens', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '5000');
  const { port } = new URL(receiver.url);
  await receiver.close();
  await closeConnections(1);
  await handle.forceFlush();
  receiver = await startOtlpReceiver({ port: Number(port) });
  await handle.forceFlush();
  expect(ids()).toBe(2);
});

it.each([400, 500])('nothing is kept that the collector refuses for good, by a %i', async (refusal) => {
  status = refusal;
  await closeConnections(1);
  await handle.forceFlush();
  expect(outcomes()).toEqual({ exported: 2, dropped: 2 });
  status = 200;
  await closeConnections(1);
  await handle.forceFlush();
  expect(receiver.spans.map(({ attributes }) => attributes['websocket.close.code'])).toEqual([4000, 4000]);
  expect(outcomes()).toEqual({ exported: 4, dropped: 2 });
});

it('an outage costs nothing of what is on its way when somebody flushes', async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
  retryAfter = '1';
  await closeConnections(1);
  await expect.poll(() => receiver.requests.length).toBeGreaterThan(0);
  status = 200;
  await handle.forceFlush();
  expect(ids()).toBe(2);
});

it('an outage costs nothing where spans go elsewhere in the end', async () => {
  await closeConnections(1);
  await handle.forceFlush();
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  await closeConnections(1);
  await handle.forceFlush();
  expect(lines.at(-1)).toBe('closespan: 2 closes wait, nothing arrives');
  status = 200;
  await handle.shutdown();
  trace.disable();
  expect(ids()).toBe(2);
});

it('an outage of metrics does not hold spans back', async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${receiver.url}/v1/traces`);
  const held: ServerResponse[] = [];
  const hanging = createServer((request, response) => {
    request.resume();
    held.push(response);
  }).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', `http://127.0.0.1:${port}/v1/metrics`);
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', '2147483647');
  await handle.shutdown();
  handle = instrumentWebSockets();
  status = 200;
  const flushed = handle.forceFlush();
  await Promise.all(Array.from({ length: 300 }, () => closeConnections(1)));
  void handle.forceFlush();
  await receiver.waitForSpans(600);
  hanging.on('request', (_request, response) => response.end('{}'));
  for (const response of held) response.end('{}');
  await flushed;
  await handle.shutdown();
  hanging.close();
});

it('an outage that outlives the instrumentation is told of, with what it cost', async () => {
  await closeConnections(1);
  await handle.forceFlush();
  await closeConnections(1);
  await handle.shutdown();
  expect(lines.filter((line) => line.includes('nothing arrives')).slice(1)).toEqual([
    'closespan: 4 closes lost, nothing arrives',
  ]);
  expect(outcomes()).toEqual({ exported: 2, stored: 2, dropped: 4 });
  // What happened is told all the same.
  expect(receiver.points.filter(({ name }) => name === 'websocket.client.closes').at(-1)?.value).toBe(2);
});
