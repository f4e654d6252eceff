import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type WebSocketLike } from '@closespan/node';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import { WebSocket as Undici6 } from 'undici6';
import { WebSocket as Undici7, WebSocketStream as Undici7Stream } from 'undici7';
import { WebSocket as Undici8, WebSocketStream as Undici8Stream } from 'undici8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import websocket, { type connection as Connection } from 'websocket';
import { WebSocket, WebSocketServer } from 'ws';

/** ws 7 comes without types. */
const Ws7: { Server: typeof WebSocketServer } = createRequire(import.meta.url)('ws7');

/** Opens a connection, closes it with 4001, and waits for its end. */
type Client = (url: string, observe: (socket: object) => void) => Promise<unknown>;
/** The constructor of a client, as far as this test uses it. */
type ClientClass = new (url: string) => WebSocketLike & { close(code: number): void };

const closing =
  (Class: unknown): Client =>
  async (url) => {
    const socket = new (Class as ClientClass)(url);
    socket.addEventListener('error', () => {});
    socket.addEventListener('open', () => socket.close(4001));
    await new Promise((resolve) => socket.addEventListener('close', resolve));
  };
const closingStream =
  (Class: typeof Undici7Stream | typeof Undici8Stream): Client =>
  async (url) => {
    const stream = new Class(url);
    await stream.opened.then(() => stream.close({ closeCode: 4001 })).catch(() => {});
    await stream.closed.catch(() => {});
  };

const CLIENTS: Readonly<Record<string, Client>> = {
  ws: closing(WebSocket),
  'ws 7': closing(Ws7),
  'the global WebSocket': closing(globalThis.WebSocket),
  'undici 7': closing(Undici7),
  'undici 8': closing(Undici8),
  'WebSocketStream of undici 7': closingStream(Undici7Stream),
  'WebSocketStream of undici 8': closingStream(Undici8Stream),
  w3cwebsocket: closing(websocket.w3cwebsocket),
  async WebSocketClient(url) {
    const client = new websocket.client();
    client.connect(url);
    const connection = await Promise.race([
      once(client, 'connect').then(([made]: Connection[]) => made),
      once(client, 'connectFailed').then(() => undefined),
    ]);
    if (!connection) return;
    connection.close(4001);
    await once(connection, 'close');
  },
  async 'a socket passed to observe'(url, observe) {
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.on('error', resolve).on('open', resolve));
    // As a library without observation: the events alone.
    const events = new EventTarget();
    observe(Object.assign(events, { url, readyState: 1 }));
    socket.on('close', () =>
      events.dispatchEvent(Object.assign(new Event('close'), { code: 4001, reason: '', wasClean: true })),
    );
    socket.close(4001);
    if (socket.readyState < 3) await once(socket, 'close');
  },
};
/** These have no `close` event after a failed handshake. */
const UNDICI_6 = { 'undici 6': closing(Undici6) };

/** Makes a server that accepts all, or one that refuses all. */
const SERVERS: Readonly<Record<string, (server: Server) => void>> = {
  ws: (server) => void new WebSocketServer({ server }),
  'ws 7': (server) => void new Ws7.Server({ server }),
  websocket: (httpServer) => void new websocket.server({ httpServer, autoAcceptConnections: true }),
  'a server that refuses': (server) =>
    void server.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 401 No\r\nConnection: close\r\n\r\n'),
    ),
};

const suppressed = <T>(run: () => T): T => context.with(suppressTracing(context.active()), run);
const manager = new AsyncLocalStorageContextManager();
beforeAll(() => context.setGlobalContextManager(manager.enable()));
afterAll(() => context.disable());

/** Runs a client against a server. Returns the lines of the closes, and how many measurements there are of each side. */
async function run(
  client: Client,
  serve: (server: Server) => void,
  side: 'client' | 'server' | 'none',
): Promise<{ spans: string[]; metrics: string[] }> {
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const server = createServer();
  const listen = () => {
    serve(server);
    server.listen(0, '127.0.0.1');
  };
  if (side === 'server') suppressed(listen);
  else listen();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connect = () =>
    client(`ws://127.0.0.1:${port}/chat`, (socket) => handle.observe(socket as WebSocketLike));
  await (side === 'client' ? suppressed(connect) : connect());
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await handle.shutdown();
  await receiver.close();
  const sides = receiver.points.map(({ name }) => /websocket\.(client|server)\./.exec(name)?.[1] ?? '');
  return {
    spans: receiver.spans.map((span) => closeLine(span).split(' ')[1] ?? ''),
    metrics: [...new Set(sides.filter(Boolean))],
  };
}

describe.each(Object.entries({ ...CLIENTS, ...UNDICI_6 }))(
  'a client under suppressTracing: %s',
  (_name, client) => {
    it('leaves no span and no metric', async () => {
      const { spans, metrics } = await run(client, SERVERS['ws'] as () => void, 'client');
      expect(spans).not.toContain('client');
      expect(metrics).toEqual(['server']);
    });

    it('leaves both without', async () => {
      const { spans, metrics } = await run(client, SERVERS['ws'] as () => void, 'none');
      expect(spans).toContain('client');
      expect(metrics.sort()).toEqual(['client', 'server']);
    });
  },
);

it.each(Object.entries(CLIENTS).filter(([name]) => !name.includes('observe')))(
  'a refused client under suppressTracing leaves nothing: %s',
  async (_name, client) => {
    const { spans, metrics } = await run(client, SERVERS['a server that refuses'] as () => void, 'client');
    expect(spans).toEqual([]);
    expect(metrics).toEqual(['server']);
  },
);

it.each(Object.entries(SERVERS))(
  'a server under suppressTracing leaves nothing: %s',
  async (_name, serve) => {
    const { spans, metrics } = await run(closing(WebSocket), serve, 'server');
    expect(spans).toEqual(['client']);
    expect(metrics).toEqual(['client']);
  },
);

it('a socket of ws that was open before, and is passed to observe under suppressTracing, leaves nothing', async () => {
  const receiver = await startOtlpReceiver();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(socket, 'open');
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  suppressed(() => handle.observe(socket));
  const closed = [...server.clients].map((peer) => once(peer, 'close'));
  socket.close(4001);
  await Promise.all([once(socket, 'close'), ...closed]);
  await handle.shutdown();
  server.close();
  await receiver.close();
  expect(receiver.spans.map((span) => /client|server/.exec(closeLine(span))?.[0])).toEqual(['server']);
});
