import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketOptions } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

let receiver: OtlpReceiver;
let server: Server;
let url: string;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat?token=secret`;
});
afterEach(async () => {
  server.close();
  diag.disable();
  await receiver.close();
});

const refuse = () =>
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n'),
  );

/** Makes handshakes that fail while an app with these options observes them. */
async function fail(count: number, options: NodeWebSocketOptions = {}): Promise<void> {
  const handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
  for (let left = count; left > 0; left--) {
    const socket = new WebSocket(url, { headers: { origin: 'https://app.example.com' } });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve));
  }
  await handle.forceFlush();
  await handle.shutdown();
}

const ofServer = () => receiver.spans.filter(({ kind }) => kind === 2);

it('a refusal becomes a span with the id of the client', async () => {
  refuse();
  const hooked: CloseRecord[] = [];
  await fail(1, {
    refusedHandshakes: true,
    recordOrigin: true,
    recordClientAddress: true,
    urlTemplate: () => '/{room}',
    closeHook: (record) => hooked.push(record),
  });
  const [span, ...others] = ofServer();
  expect(others).toEqual([]);
  const client = receiver.spans.find(({ kind }) => kind === 3);
  expect(span?.name).toBe('websocket.close /{room}');
  expect(span?.attributes).toMatchObject({
    'websocket.connection.id': client?.attributes['websocket.connection.id'],
    'websocket.close.cause': 'handshake_rejected',
    'http.response.status_code': 401,
    'error.type': '401',
    'client.address': '127.0.0.1',
    'http.request.header.origin': ['https://app.example.com'],
    'url.path': '/chat',
  });
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  expect(hooked.map(({ kind }) => kind).sort()).toEqual(['client', 'server']);
  expect(receiver.points.filter(({ name }) => name === 'websocket.server.closes')).toEqual([]);
  expect(receiver.points.some(({ name }) => name === 'websocket.server.handshake.duration')).toBe(true);
});

it.each([
  ['query', '&closespan=9f86d081884c7d65', []],
  ['subprotocol', '', ['chat', 'closespan.9f86d081884c7d65']],
] as const)('a refusal has the id that a page carries in the %s', async (carrier, query, protocols) => {
  refuse();
  const handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    refusedHandshakes: true,
    acceptCarriers: [carrier],
  });
  const socket = new WebSocket(url + query, [...protocols]);
  await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
  await handle.shutdown();
  expect(ofServer().map(({ attributes }) => attributes['websocket.connection.id'])).toEqual([
    '9f86d081884c7d65',
  ]);
});

it('a refusal of ws itself becomes a span', async () => {
  new WebSocketServer({ server, verifyClient: () => false });
  await fail(1, { refusedHandshakes: true });
  expect(ofServer().map(({ attributes }) => attributes['http.response.status_code'])).toEqual([401]);
});

it('no refusal becomes a span without the option', async () => {
  refuse();
  await fail(2);
  expect(ofServer()).toEqual([]);
  expect(receiver.spans.filter(({ name }) => name === 'websocket.close')).toHaveLength(2);
});

it('at most 100 refusals a minute become spans, and one line says so', async () => {
  refuse();
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  await fail(130, { refusedHandshakes: true });
  expect(ofServer()).toHaveLength(100);
  expect(lines.filter((line) => line.includes('refused handshakes'))).toEqual([
    'closespan: more than 100 refused handshakes within a minute, further ones have no span',
  ]);
  const points = receiver.points.filter(({ name }) => name === 'websocket.server.handshake.duration');
  expect(points.at(-1)?.value).toBe(130);
});
