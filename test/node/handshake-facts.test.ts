import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type NodeWebSocketOptions, type UpgradeRequestLike } from '@closespan/node';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const ws7: typeof WebSocket = createRequire(import.meta.url)('ws7');

const CLIENT = 2;
const SERVER = 1;

const verifyClient = ({ req }: { req: IncomingMessage }) => req.url !== '/refused';
const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let handle: ReturnType<typeof instrumentWebSockets>;
let server: WebSocketServer;
let port: number;
beforeEach(async () => {
  server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient,
  });
  server.on('connection', (peer, { url }) => {
    if (url === '/dropped') peer.terminate();
    else peer.close(1000);
  });
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await handle.shutdown();
  exporter.reset();
  server.close();
});

/** `once` rejects at an `error`. */
const closed = (socket: WebSocket) => new Promise((resolve) => socket.on('close', resolve));

/** Connects and returns both ends' attributes once both are closed. */
async function attributesOf(
  options: NodeWebSocketOptions,
  { path = '/rooms/7?token=secret', headers = {}, Client = WebSocket } = {},
) {
  handle = instrumentWebSockets({ tracerProvider, ...options });
  const client = new Client(`ws://127.0.0.1:${port}${path}`, { headers });
  client.on('error', () => {});
  await Promise.all([closed(client), ...[...server.clients].map((peer) => closed(peer))]);
  await expect.poll(() => server.clients.size).toBe(0);
  await handle.forceFlush();
  const of = (kind: number) =>
    exporter.getFinishedSpans().find((span) => span.kind === kind)?.attributes ?? {};
  return { client: of(CLIENT), server: of(SERVER) };
}

describe('urlTemplate', () => {
  it('gets the URL and the upgrade request of a server, once', async () => {
    const asked: [string, UpgradeRequestLike | undefined][] = [];
    const { server, client } = await attributesOf(
      {
        urlTemplate(url, request) {
          asked.push([url.search, request]);
          return request ? `${request.method} ${request.headers['x-route']}` : undefined;
        },
      },
      { headers: { 'x-route': '/rooms/{id}' } },
    );
    expect(server['url.template']).toBe('GET /rooms/{id}');
    expect(server['url.full']).toBe(`ws://127.0.0.1:${port}/rooms/7`);
    expect(client['url.template']).toBeUndefined();
    expect(asked.map(([search, request]) => [search, Boolean(request)]).sort()).toEqual([
      ['?token=secret', false],
      ['?token=secret', true],
    ]);
  });

  it('that says nothing, or throws, is asked no second time', async () => {
    let asked = 0;
    const { server } = await attributesOf({
      urlTemplate(_url, request) {
        if (request) asked++;
        if (request) throw new Error('no route');
        return 'client';
      },
    });
    expect(asked).toBe(1);
    expect(server).not.toHaveProperty('url.template');
  });
});

describe.each([
  ['ws', WebSocket],
  ['ws7', ws7],
])('network.peer of a client of %s', (_name, Client) => {
  it.each(['/rooms/7', '/dropped', '/refused'])('is the server, whatever the end: %s', async (path) => {
    const { client } = await attributesOf({}, { path, Client });
    expect(client).toMatchObject({ 'network.peer.address': '127.0.0.1', 'network.peer.port': port });
  });

  it('is the place where nobody listened', async () => {
    port = 1;
    const { client } = await attributesOf({}, { Client });
    expect(client).toMatchObject({
      'error.type': 'ECONNREFUSED',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': 1,
    });
  });
});

it('a client knows the peer and a refusal through TLS', async () => {
  handle = instrumentWebSockets({ tracerProvider });
  // A key that both know stands in for a certificate.
  const psk = Buffer.alloc(32, 7);
  const tls = {
    ciphers: 'PSK',
    pskCallback: () => ({ psk, identity: 'test' }),
    checkServerIdentity: () => undefined,
  };
  const https = createSecureServer({ ciphers: 'PSK', pskCallback: () => psk });
  const secure = new WebSocketServer({ server: https, verifyClient });
  secure.on('connection', (peer) => peer.close(1000));
  await once(https.listen(0, '127.0.0.1'), 'listening');
  ({ port } = https.address() as AddressInfo);
  for (const path of ['/', '/refused']) {
    const client = new WebSocket(`wss://127.0.0.1:${port}${path}`, tls as object);
    client.on('error', () => {});
    await closed(client);
  }
  await handle.forceFlush();
  https.close();
  const ends = exporter
    .getFinishedSpans()
    .map(({ kind, attributes }) => [
      kind,
      attributes['url.full'],
      attributes['network.peer.port'],
      attributes['error.type'],
    ]);
  expect(ends.sort()).toEqual([
    [SERVER, `wss://127.0.0.1:${port}/`, undefined, undefined],
    [CLIENT, `wss://127.0.0.1:${port}/`, port, undefined],
    [CLIENT, `wss://127.0.0.1:${port}/refused`, port, '401'],
  ]);
});

describe('the client of a server', () => {
  const personal = [
    'client.address',
    'network.peer.address',
    'network.peer.port',
    'http.request.header.origin',
  ];
  const headers = { origin: 'https://app.example.com', 'x-forwarded-for': '203.0.113.9' };

  it('is not recorded by default', async () => {
    const { server } = await attributesOf({}, { headers });
    for (const name of personal) expect(server).not.toHaveProperty(name);
  });

  it.each([
    [{}, '127.0.0.1'],
    [{ 'x-forwarded-for': '203.0.113.9, 10.0.0.1' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '203.0.113.9:5123' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '2001:db8::1' }, '2001:db8::1'],
    [{ forwarded: 'by=10.0.0.1;for="[2001:db8::2]:4711", for=10.0.0.2' }, '2001:db8::2'],
    [{ forwarded: 'For=203.0.113.8', 'x-forwarded-for': '203.0.113.9' }, '203.0.113.8'],
    [{ 'x-forwarded-for': 'made up' }, '127.0.0.1'],
    [{ forwarded: 'for=_hidden' }, '127.0.0.1'],
  ])('is known by recordClientAddress: %o is %s', async (headers, address) => {
    const { server } = await attributesOf({ recordClientAddress: true }, { headers });
    expect(server).toMatchObject({ 'client.address': address, 'network.peer.address': '127.0.0.1' });
    expect(server['network.peer.port']).toBeGreaterThan(0);
    expect(server).not.toHaveProperty('http.request.header.origin');
  });

  it.each([
    ['https://app.example.com', ['https://app.example.com']],
    ['https://app.example.com:8443/with?secret', ['https://app.example.com:8443']],
    ['made up', undefined],
  ])('came from a page by recordOrigin: %s', async (origin, recorded) => {
    const { server } = await attributesOf({ recordOrigin: true }, { headers: { origin } });
    expect(server['http.request.header.origin']).toEqual(recorded);
    expect(server).not.toHaveProperty('client.address');
  });

  it('is no matter of wrong options', () => {
    const wrong = { recordClientAddress: 'yes' } as unknown as NodeWebSocketOptions;
    expect(() => instrumentWebSockets(wrong)).toThrow(
      new TypeError('Expected `recordClientAddress` to be a boolean, got `yes` (string)'),
    );
  });
});
