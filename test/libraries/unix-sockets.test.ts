import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import * as undici6 from 'undici6';
import * as undici7 from 'undici7';
import * as undici8 from 'undici8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import websocket from 'websocket';
import { WebSocket, WebSocketServer } from 'ws';
import { selfSign } from '../helpers/self-sign.ts';
import { CLIENTS } from '../helpers/web-socket-clients.ts';

type Open = (path: string, url: string) => unknown;
const WsSeven = CLIENTS.find(([name]) => name === 'ws 7')?.[1] as unknown as typeof WebSocket;
/** A wrong certificate or a missing file must not crash the test. */
const calm = (socket: { on?(type: 'error', listener: () => void): unknown }) =>
  socket.on?.('error', () => {});
const undiciClient =
  ({ Agent, WebSocket }: typeof undici7): Open =>
  (socketPath, url) =>
    new WebSocket(url, { dispatcher: new Agent({ connect: { socketPath } }) });

/** Clients that are told of the socket beside the URL. */
const BESIDE: readonly (readonly [string, Open])[] = [
  ['ws', (socketPath, url) => calm(new WebSocket(url, { agent: new Agent({ socketPath } as object) }))],
  ['ws 7', (socketPath, url) => calm(new WsSeven(url, { agent: new Agent({ socketPath } as object) }))],
  ['undici 6', undiciClient(undici6 as unknown as typeof undici7)],
  ['undici 7', undiciClient(undici7)],
  ['undici 8', undiciClient(undici8 as unknown as typeof undici7)],
  [
    'websocket',
    (socketPath, url) => {
      const client = new websocket.client();
      client.on('connectFailed', () => {});
      client.connect(url, undefined, undefined, undefined, { socketPath } as object);
    },
  ],
];
/** Clients that find the socket in the URL. */
const IN_URL: readonly (readonly [string, typeof WebSocket])[] = [
  ['ws', WebSocket],
  ['ws 7', WsSeven],
];

let folder: string;
let socketPath: string;
let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let server: Server;
let peers: WebSocketServer;
let metrics: InMemoryMetricExporter;
let meterProvider: MeterProvider;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closespan-'));
  socketPath = join(folder, 'app.sock');
  records = [];
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: metrics })] });
  handle = instrumentWebSockets({
    otlp: false,
    meterProvider,
    recordClientAddress: true,
    closeHook: (record) => records.push(record),
  });
  server = createServer();
  peers = new WebSocketServer({ server });
  server.listen(socketPath);
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await handle.shutdown();
  await meterProvider.shutdown();
  await rm(folder, { recursive: true });
});

async function endpointOf(kind: CloseRecord['kind']) {
  await expect.poll(() => handle.forceFlush().then(() => records.map(({ kind }) => kind))).toContain(kind);
  const { address, port, path } = records.find((record) => record.kind === kind)?.endpoint ?? {};
  return { address, port, path };
}

describe.each(BESIDE)('%s', (_, open) => {
  it('records the path of a Unix socket as the address, at both ends', async () => {
    peers.on('connection', (peer) => peer.close(4001));
    open(socketPath, 'ws://localhost/chat?token=secret');
    const endpoint = { address: socketPath, port: undefined, path: '/chat' };
    expect(await endpointOf('client')).toEqual(endpoint);
    expect(await endpointOf('server')).toEqual(endpoint);
    expect(records.map(({ endpoint }) => endpoint.url)).toEqual([
      'ws://localhost/chat',
      'ws://localhost/chat',
    ]);
  });

  it('records the path of a Unix socket that nobody listens on', async () => {
    const nowhere = join(folder, 'nowhere.sock');
    open(nowhere, 'ws://localhost/chat');
    expect(await endpointOf('client')).toEqual({ address: nowhere, port: undefined, path: '/chat' });
  });
});

/** Returns the labels of the points of a metric. */
async function labelsOf(metric: string) {
  metrics.reset();
  await handle.forceFlush();
  await meterProvider.forceFlush();
  const found = metrics
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  const points = found.find(({ descriptor }) => descriptor.name === metric)?.dataPoints ?? [];
  return points.map(({ attributes }) => ({
    address: attributes['server.address'],
    port: attributes['server.port'],
  }));
}

it('names a Unix socket in the metrics of open and closed connections, and of pings', async () => {
  const expected = [{ address: socketPath, port: undefined }];
  const [inUrl, beside] = [
    new WebSocket(`ws+unix:${socketPath}:/one`),
    new WebSocket('ws://localhost/two', { agent: new Agent({ socketPath } as object) }),
  ];
  await Promise.all([inUrl, beside].map((client) => once(client, 'open')));
  await Promise.all(
    [inUrl, beside, ...peers.clients].map((end) => {
      end.ping();
      return once(end, 'pong');
    }),
  );
  await expect
    .poll(() => labelsOf('websocket.client.connection.active'))
    .toEqual(expect.arrayContaining(expected));
  for (const kind of ['client', 'server']) {
    for (const metric of ['connection.active', 'ping.duration']) {
      const labels = await labelsOf(`websocket.${kind}.${metric}`);
      expect([metric, labels.length > 0, labels]).toEqual([metric, true, labels.map(() => expected[0])]);
    }
  }
  const closes = [inUrl, beside, ...peers.clients].map((end) => once(end, 'close'));
  inUrl.close(4001);
  beside.close(4001);
  await Promise.all(closes);
  await handle.forceFlush();
  expect(await labelsOf('websocket.client.closes')).toEqual(expected);
  expect(await labelsOf('websocket.server.closes')).toEqual(expected);
});

it.each(IN_URL)('%s finds the path of a Unix socket in the URL', async (_, Client) => {
  peers.on('connection', (peer) => peer.close(4001));
  calm(new Client(`ws+unix:${socketPath}:/chat?token=secret`));
  const endpoint = { address: socketPath, port: undefined, path: '/chat' };
  expect(await endpointOf('client')).toEqual(endpoint);
  expect(await endpointOf('server')).toEqual(endpoint);
});

it.each(IN_URL)('%s without a path in the URL requests /', async (_, Client) => {
  peers.on('connection', (peer) => peer.close(4001));
  calm(new Client(`ws+unix:${socketPath}`));
  const endpoint = { address: socketPath, port: undefined, path: '/' };
  expect(await endpointOf('client')).toEqual(endpoint);
  expect(await endpointOf('server')).toEqual(endpoint);
});

it('redactUrl changes the path, and not the address', async () => {
  await handle.shutdown();
  handle = instrumentWebSockets({
    otlp: false,
    redactUrl: () => 'ws+unix:/hidden',
    closeHook: (record) => records.push(record),
  });
  calm(new WebSocket(`ws+unix:${join(folder, 'nowhere.sock')}:/chat`));
  expect(await endpointOf('client')).toEqual({
    address: join(folder, 'nowhere.sock'),
    port: undefined,
    path: '/hidden',
  });
});

it('a socket without a file is named as Linux names it', async () => {
  const name = `closespan-${process.pid}`;
  const other = createServer();
  const abstract = new WebSocketServer({ server: other });
  abstract.on('connection', (peer) => peer.close(4001));
  other.listen(`\0${name}`);
  await once(other, 'listening');
  undiciClient(undici7)(`\0${name}`, 'ws://localhost/');
  const endpoint = { address: `@${name}`, port: undefined, path: '/' };
  expect(await endpointOf('client')).toEqual(endpoint);
  expect(await endpointOf('server')).toEqual(endpoint);
  other.close();
});

it('a Unix socket with TLS is named, too', async () => {
  const secure = createSecureServer(selfSign());
  const overTls = new WebSocketServer({ server: secure });
  overTls.on('connection', (peer) => peer.close(4001));
  const path = join(folder, 'tls.sock');
  secure.listen(path);
  await once(secure, 'listening');
  const { Agent, WebSocket } = undici8;
  const connect = { socketPath: path, rejectUnauthorized: false };
  new WebSocket('wss://localhost/chat', { dispatcher: new Agent({ connect }) as never });
  const endpoint = { address: path, port: undefined, path: '/chat' };
  expect(await endpointOf('client')).toEqual(endpoint);
  expect(await endpointOf('server')).toEqual(endpoint);
  secure.close();
});

it.each([
  ['chat.example.com', 'chat.example.com'],
  ['chat.example.com:8443', 'chat.example.com'],
  ['localhost', undefined],
  ['backend', undefined],
  ['127.0.0.1', undefined],
  ['[::1]:80', undefined],
  ['', undefined],
])('a server on a Unix socket that is reached as "%s" has the address %s', async (host, address) => {
  const client = connect(socketPath);
  client.write(
    `GET /chat HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  client.once('data', () => client.destroy());
  expect(await endpointOf('server')).toMatchObject({ address: address ?? socketPath, path: '/chat' });
});

it('puts `connect` of sockets back', async () => {
  const { connect: before } = Socket.prototype;
  await handle.shutdown();
  const { connect: bare } = Socket.prototype;
  handle = instrumentWebSockets({ otlp: false });
  undiciClient(undici7)(socketPath, 'ws://localhost/');
  await handle.shutdown();
  expect(Socket.prototype.connect).toBe(bare);
  expect(before).not.toBe(bare);
});
