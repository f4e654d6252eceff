import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { WebSocket as UndiciWebSocket } from 'undici7';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const { server: WebsocketServer, w3cwebsocket }: WebsocketPackage = createRequire(
  new URL('../libraries/package.json', import.meta.url),
)('websocket');

interface WebsocketPackage {
  readonly server: new (config: {
    httpServer: Server;
    autoAcceptConnections: boolean;
  }) => { shutDown(): void };
  readonly w3cwebsocket: Client;
}

let server: WsServer;
let receiver: OtlpReceiver;
let handle: WebSocketHandle | undefined;
let peers: WebSocket[];
/** Resolve when the clients of a test have ended. */
const ends: Promise<unknown>[] = [];

beforeEach(async () => {
  peers = [];
  [server, receiver] = await Promise.all([startWsServer((peer) => peers.push(peer)), startOtlpReceiver()]);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  // While they are observed, so that no later test sees their end.
  for (const peer of peers) peer.terminate();
  await Promise.all([...ends.splice(0), server.idle()]);
  await handle?.shutdown();
  handle = undefined;
  metrics.disable();
  trace.disable();
  context.disable();
  await Promise.all([server.close(), receiver.close()]);
});

function start(options: NodeWebSocketOptions = {}): WebSocketHandle {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
  return handle;
}

type Client = new (url: string) => object;

/** Opens a client of any library with the API of browsers. */
function open(url = server.url, Class: Client = WebSocket): Promise<globalThis.WebSocket> {
  const socket = new Class(url) as globalThis.WebSocket;
  ends.push(new Promise((resolve) => socket.addEventListener('close', resolve)));
  socket.addEventListener('error', () => {});
  return new Promise((resolve) => socket.addEventListener('open', () => resolve(socket)));
}

interface Point {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/** The last point of each series, as one line: end, labels and number. */
function lines(points: readonly Point[], label: (attributes: Point['attributes']) => unknown): string[] {
  const last = new Map<string, string>();
  for (const { name, attributes, value } of points) {
    const [, kind] = /^websocket\.(client|server)\.connection\.active$/.exec(name) ?? [];
    if (kind) last.set(`${kind} ${JSON.stringify(attributes)}`, `${kind} ${label(attributes)} ${value}`);
  }
  return [...last.values()].sort();
}

const age = (attributes: Point['attributes']) => attributes['websocket.connection.age_group'];
const port = () => Number(new URL(server.url).port);

/** An app's own provider, which collects when it is asked to. */
function ownProvider() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    meterProvider,
    async points(): Promise<Point[]> {
      exporter.reset();
      await meterProvider.forceFlush();
      return exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap((scope) =>
            scope.metrics.flatMap(({ descriptor: { name }, dataPoints }) =>
              dataPoints.map(({ attributes, value }) => ({ name, attributes, value: Number(value) })),
            ),
          ),
        );
    },
  };
}

it('are exported before the first close', async () => {
  start();
  await Promise.all([open(), open(), open()]);
  await handle?.forceFlush();
  expect(receiver.spans).toEqual([]);
  const active = receiver.points.filter(({ name }) => name.endsWith('.connection.active'));
  expect(active).toHaveLength(2);
  for (const { attributes, unit, value } of active) {
    expect(attributes).toEqual({
      'server.address': '127.0.0.1',
      'server.port': port(),
      'websocket.connection.age_group': 'lt_1m',
    });
    expect({ unit, value }).toEqual({ unit: '{connection}', value: 3 });
  }
});

it('are exported without a close and without a flush, and only from the first connection on', async () => {
  vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '100');
  start();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(receiver.requests).toEqual([]);
  await open();
  await expect
    .poll(() => lines(receiver.points, age), { timeout: 10_000 })
    .toEqual(['client lt_1m 1', 'server lt_1m 1']);
});

it.each([
  { library: 'ws', Class: WebSocket },
  { library: 'undici', Class: UndiciWebSocket },
  { library: 'the global', Class: globalThis.WebSocket },
  { library: 'websocket', Class: w3cwebsocket },
])('of $library are counted until they end', async ({ Class }) => {
  start();
  const sockets = [await open(server.url, Class), await open(server.url, Class)];
  await handle?.forceFlush();
  expect(lines(receiver.points, age)).toEqual(['client lt_1m 2', 'server lt_1m 2']);
  for (const [index, socket] of sockets.entries()) {
    socket.close();
    const left = sockets.length - 1 - index;
    await expect
      .poll(async () => {
        await handle?.forceFlush();
        return lines(receiver.points, age);
      })
      .toEqual([`client lt_1m ${left}`, `server lt_1m ${left}`]);
  }
});

it('of servers of websocket are counted', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const accepting = new WebsocketServer({ httpServer: http, autoAcceptConnections: true });
  start({ urlTemplate: (url) => url.pathname });
  const socket = await open(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/rooms`);
  await handle?.forceFlush();
  expect(lines(receiver.points, (labels) => labels['url.template'])).toEqual([
    'client /rooms 1',
    'server /rooms 1',
  ]);
  socket.close();
  await Promise.all(ends);
  accepting.shutDown();
  http.close();
});

it('that the app hands over are counted', async () => {
  const early = await open();
  start();
  handle?.observe(early);
  await handle?.forceFlush();
  expect(lines(receiver.points, age)).toEqual(['client lt_1m 1']);
});

it('that are ignored or suppressed are not counted', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  start({ ignoreUrls: ['/health'] });
  await open(`${server.url}/health`);
  await context.with(suppressTracing(context.active()), () => open(`${server.url}/suppressed`));
  await open(`${server.url}/chat`);
  await handle?.forceFlush();
  // The server does not know that the client's context is suppressed.
  expect(lines(receiver.points, age)).toEqual(['client lt_1m 1', 'server lt_1m 2']);
});

it('are grouped by age', async () => {
  start();
  const { now } = performance;
  let later = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + later);
  for (const more of [0, 82_800_000, 3_000_000, 550_000, 65_000]) {
    later += more;
    await open();
  }
  await handle?.forceFlush();
  const ages = ['ge_1d', 'lt_10m', 'lt_1d', 'lt_1h', 'lt_1m'];
  expect(lines(receiver.points, age)).toEqual(
    ['client', 'server'].flatMap((kind) => ages.map((name) => `${kind} ${name} 1`)),
  );
});

it('have zeros where a group has become empty', async () => {
  start();
  const { now } = performance;
  let later = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + later);
  await open();
  await handle?.forceFlush();
  later = 60_000;
  await handle?.forceFlush();
  expect(lines(receiver.points, age)).toEqual([
    'client lt_10m 1',
    'client lt_1m 0',
    'server lt_10m 1',
    'server lt_1m 0',
  ]);
});

it('go to a provider of the app, and to no other', async () => {
  const { meterProvider, points } = ownProvider();
  start({ meterProvider });
  await open();
  await handle?.forceFlush();
  expect(lines(await points(), age)).toEqual(['client lt_1m 1', 'server lt_1m 1']);
  expect(receiver.points).toEqual([]);
});

it('go to a provider that the app registers after them', { timeout: 30_000 }, async () => {
  start({ otlp: false });
  await open();
  await handle?.forceFlush();
  const { meterProvider, points } = ownProvider();
  metrics.setGlobalMeterProvider(meterProvider);
  await expect
    .poll(async () => lines(await points(), age), { timeout: 20_000 })
    .toEqual(['client lt_1m 1', 'server lt_1m 1']);
});

it('are zero after a shutdown, and counted once after a second start', async () => {
  const { meterProvider, points } = ownProvider();
  start({ meterProvider });
  const first = await open();
  await handle?.forceFlush();
  expect(lines(await points(), age)).toEqual(['client lt_1m 1', 'server lt_1m 1']);
  await handle?.shutdown();
  expect(lines(await points(), age)).toEqual(['client lt_1m 0', 'server lt_1m 0']);
  start({ meterProvider });
  await Promise.all([open(), open()]);
  await handle?.forceFlush();
  for (let i = 0; i < 2; i++)
    expect(lines(await points(), age)).toEqual(['client lt_1m 2', 'server lt_1m 2']);
  expect(first.readyState).toBe(1);
});

it('are zero in the last export of the built-in pipeline', async () => {
  start();
  await open();
  await handle?.forceFlush();
  await handle?.shutdown();
  expect(lines(receiver.points, age)).toEqual(['client lt_1m 0', 'server lt_1m 0']);
});

it.each([
  { setting: 'OTEL_METRICS_EXPORTER=none', env: 'OTEL_METRICS_EXPORTER', options: {} },
  { setting: 'otlp: false', env: undefined, options: { otlp: false } as const },
])('are not sent with $setting', async ({ env, options }) => {
  if (env) vi.stubEnv(env, 'none');
  start(options);
  await open();
  await handle?.forceFlush();
  await handle?.shutdown();
  expect(receiver.points).toEqual([]);
});

it('keep the host of an app although strangers invent hosts', async () => {
  start();
  const connect = async (host: string) => {
    const socket = new WebSocket(server.url, { headers: { host } });
    ends.push(once(socket, 'close'));
    await once(socket, 'open');
  };
  await connect('real.example');
  for (let i = 0; i < 80; i++) await connect(`invented-${i}.example`);
  await connect('real.example');
  await handle?.forceFlush();
  const counts = lines(receiver.points, (labels) => labels['server.address']).filter((line) =>
    line.startsWith('server'),
  );
  expect(counts).toContain('server real.example 2');
  // 50 hosts, and one set without a host.
  expect(counts).toHaveLength(51);
  expect(counts).toContain('server undefined 31');
});

it('have at most 1,000 sets of labels', async () => {
  const { meterProvider, points } = ownProvider();
  start({ meterProvider, urlTemplate: (url) => url.pathname });
  for (let i = 0; i < 1100; i += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => open(`${server.url}/${i + j}`)));
  }
  await handle?.forceFlush();
  const all = await points();
  for (const kind of ['client', 'server']) {
    const sets = all.filter(({ name }) => name === `websocket.${kind}.connection.active`);
    expect(sets.length).toBeLessThanOrEqual(1000);
    expect(sets.reduce((sum, { value }) => sum + value, 0)).toBe(1100);
  }
});

it('call urlTemplate once for each connection, however often they are counted', async () => {
  const urlTemplate = vi.fn(() => '/chat');
  start({ urlTemplate });
  await Promise.all([open(), open()]);
  for (let i = 0; i < 3; i++) await handle?.forceFlush();
  // A server's name is known from the upgrade request.
  expect(urlTemplate).toHaveBeenCalledTimes(4);
});

it('that stay open are not missed while others end', async () => {
  const { meterProvider, points } = ownProvider();
  start({
    meterProvider,
    // So slow that counting takes many turns of the event loop.
    urlTemplate() {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return '/slow';
    },
  });
  await handle?.forceFlush();
  const quiet = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(quiet, 'listening');
  const url = `ws://127.0.0.1:${(quiet.address() as AddressInfo).port}`;
  const sockets = await Promise.all(Array.from({ length: 300 }, () => open(url)));
  await handle?.forceFlush();
  let counting = true;
  let ended = 0;
  const end = () => {
    if (!counting) return;
    // The first of the list make room for the last of the list.
    (sockets[ended++] as unknown as WebSocket | undefined)?.terminate();
    setImmediate(end);
  };
  setImmediate(end);
  const all = await points();
  counting = false;
  const counted = all
    .filter(({ name }) => name === 'websocket.client.connection.active')
    .reduce((sum, { value }) => sum + value, 0);
  expect(ended).toBeGreaterThan(10);
  expect(counted).toBeGreaterThanOrEqual(300 - ended);
  for (const peer of quiet.clients) peer.terminate();
  quiet.close();
});
