import { once } from 'node:events';
import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let handle: WebSocketHandle;
let receiver: OtlpReceiver;
let server: WsServer;
/** HTTP status of the response to a body of spans. */
let status: (body: Buffer) => number;
/** HTTP status of the response to a body of metrics. */
let metricStatus: (body: Buffer) => number;

beforeEach(async () => {
  // Spans go when they are flushed.
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '2147483647');
  status = () => 200;
  metricStatus = () => 200;
  receiver = await startOtlpReceiver({
    status: (path, body) => (path === '/v1/traces' ? status(body) : metricStatus(body)),
    // The exporter's own tries are over at once.
    headers: () => ({ 'retry-after': '60' }),
  });
  server = await startWsServer();
});
afterEach(async () => {
  await handle.shutdown();
  await server.close();
  await receiver.close();
  vi.unstubAllEnvs();
});

function start(options: NodeWebSocketOptions = {}): void {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
}

/** Opens clients at paths and closes them; each is two closes. */
async function closeAt(paths: readonly string[]): Promise<void> {
  for (let i = 0; i < paths.length; i += 50) {
    await Promise.all(
      paths.slice(i, i + 50).map(async (path) => {
        const client = new WebSocket(server.url + path);
        await once(client, 'open');
        client.close(1000);
        await once(client, 'close');
      }),
    );
  }
  await server.idle();
}

const paths = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);
/** Hostile connections between others. */
const MIXED = paths(100).flatMap((path, index) => (index % 50 === 20 ? [path, '/hostile'] : [path]));

const received = (path?: string) =>
  receiver.spans.filter(({ attributes }) => path === undefined || attributes['url.path'] === path).length;

/** Records by what became of them, as of the last export. */
const outcomes = () =>
  Object.fromEntries(
    receiver.points
      .filter(({ name }) => name === 'websocket.telemetry.records')
      .map(({ attributes, value }) => [attributes['outcome'], value]),
  );

const sizes = () => receiver.requests.filter(({ path }) => path === '/v1/traces').map(({ size }) => size);

/** Makes the spans of hostile closes long, as a hook that copies a text of the peer's does. */
const longHook: NodeWebSocketOptions = {
  closeHook: ({ endpoint: { path } }, span) => {
    if (path === '/hostile') span.setAttribute('copied', '"'.repeat(200_000));
  },
};

it('loses alone the closes that are too large for the collector', async () => {
  start(longHook);
  status = ({ length }) => (length > 100_000 ? 413 : 200);
  await closeAt(MIXED);
  await handle.forceFlush();
  expect([received(), received('/hostile')]).toEqual([200, 0]);
  expect(outcomes()).toEqual({ exported: 204, dropped: 4 });
});

it.each([400, 413, 422])('loses alone the closes for which a collector says %i', async (refusal) => {
  start();
  status = (body) => (body.includes('/hostile') ? refusal : 200);
  await closeAt(MIXED);
  await handle.forceFlush();
  expect([received(), received('/hostile')]).toEqual([200, 0]);
  expect(outcomes()).toEqual({ exported: 204, dropped: 4 });
});

it('loses alone the closes that are refused when they are sent again', async () => {
  start();
  status = () => 503;
  await closeAt(MIXED);
  await handle.forceFlush();
  status = (body) => (body.includes('/hostile') ? 413 : 200);
  await handle.forceFlush();
  expect([received(), received('/hostile')]).toEqual([200, 0]);
  expect(outcomes()).toEqual({ exported: 204, stored: 204, replayed: 200, dropped: 4 });
});

it('sends again the rest alone where a collector goes away between the parts of a batch', async () => {
  start();
  let parts = 0;
  status = ({ length }) => (length > 100_000 ? 413 : ++parts > 1 ? 503 : 200);
  await closeAt(paths(100));
  await handle.forceFlush();
  expect(received()).toBeGreaterThan(0);
  status = () => 200;
  await handle.forceFlush();
  expect(received()).toBe(200);
});

it.each(['"', '\u0001', 'ü', '界', '\ud800'])(
  'sends at most 1 MB at once of closes with %j',
  async (text) => {
    start({ closeHook: (_record, span) => void span.setAttribute('copied', text.repeat(3000)) });
    await closeAt(paths(200));
    await handle.forceFlush();
    expect(received()).toBe(400);
    expect(Math.max(...sizes())).toBeLessThanOrEqual(1_000_000);
  },
);

it('asks a collector that refuses all only so often', async () => {
  start();
  status = () => 413;
  await closeAt(paths(200));
  await handle.forceFlush();
  const asked = sizes().length;
  expect(asked).toBeLessThan(150);
  await closeAt(paths(1));
  await handle.forceFlush();
  // Nothing has been taken since, so a batch is not divided.
  expect(sizes()).toHaveLength(asked + 1);
  expect(outcomes()).toEqual({ exported: 402, dropped: 402 });
  status = () => 200;
  await closeAt(paths(1));
  await handle.forceFlush();
  expect(received()).toBe(2);
});

describe('metrics', () => {
  const sizesOfMetrics = () =>
    receiver.requests.filter(({ path }) => path === '/v1/metrics').map(({ size }) => size);
  /** Closes of clients, by the last export. */
  const closes = () => {
    const last = new Map<unknown, number>();
    for (const { name, attributes, value } of receiver.points)
      if (name === 'websocket.client.closes') last.set(attributes['url.template'], Number(value));
    return [...last.values()].reduce((sum, count) => sum + count, 0);
  };
  /** Each path has label sets of its own, which are as long as labels can be. */
  const longLabels: NodeWebSocketOptions = { urlTemplate: ({ pathname }) => pathname + '"'.repeat(200) };

  it('of many label sets are sent in requests of at most 1 MB', async () => {
    start(longLabels);
    await closeAt(paths(600));
    await handle.forceFlush();
    expect(closes()).toBe(600);
    expect(sizesOfMetrics().length).toBeGreaterThan(1);
    for (const size of sizesOfMetrics()) expect(size).toBeLessThanOrEqual(1_000_000);
  });

  it.each([400, 413, 422, 500])(
    'lose alone the label sets for which a collector says %i',
    async (refusal) => {
      start(longLabels);
      metricStatus = (body) => (body.includes('/7"') || body.includes('/7\\"') ? refusal : 200);
      await closeAt(paths(40));
      await handle.forceFlush();
      expect(closes()).toBe(39);
    },
  );

  it('arrive in halves where the collector takes no request of their size', async () => {
    start(longLabels);
    metricStatus = ({ length }) => (length > 50_000 ? 413 : 200);
    await closeAt(paths(100));
    await handle.forceFlush();
    expect(closes()).toBe(100);
  });
});
