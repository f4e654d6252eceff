import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { diag } from '@opentelemetry/api';
import httpProxy from 'http-proxy';
import { upgrade } from 'undici8';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import known from 'ws';
import { bothClosed, type HiddenApp, startHiddenApp } from './apps.ts';

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let app: HiddenApp;
const warn = vi.fn();
const stops: (() => unknown)[] = [];

beforeEach(async () => {
  warn.mockClear();
  diag.setLogger(
    { warn, error: warn, info() {}, debug() {}, verbose() {} },
    { suppressOverrideMessage: true },
  );
  warn.mockClear();
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  app = await startHiddenApp();
});
afterEach(async () => {
  await app.close();
  for (const stop of stops.splice(0)) await stop();
  await handle.shutdown();
  diag.disable();
});

const target = () => (app.http.address() as AddressInfo).port;

/** Writes the head of a request or response again, as proxies do. */
const headOf = (first: string, headers: readonly string[]) =>
  `${first}\r\n${headers.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join('')}\r\n`;

/** Proxies that run within the process of the app. */
const PROXIES: Readonly<Record<string, (server: Server) => void>> = {
  'http-proxy': (server) => {
    const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${target()}`, ws: true });
    server.on('upgrade', (...upgrade) => proxy.ws(...upgrade));
  },
  'http.request and pipes': (server) => {
    server.on('upgrade', ({ url: path, headers }, socket) => {
      request({ port: target(), host: '127.0.0.1', path, headers })
        .on('upgrade', ({ rawHeaders }, upstream, first) => {
          socket.write(headOf('HTTP/1.1 101 Switching Protocols', rawHeaders));
          socket.write(first);
          upstream.pipe(socket).pipe(upstream);
        })
        .end();
    });
  },
  'undici and pipes': (server) => viaUndici(server, {}),
  'undici, pipes and the headers of a page': (server) => viaUndici(server, { 'accept-language': 'de' }),
  'undici, by hand': (server) => {
    server.on('upgrade', async (request, socket) => {
      const upstream = await upgradeAs(request, socket, {});
      upstream.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end());
      socket.on('data', (chunk) => upstream.write(chunk)).on('end', () => upstream.end());
    });
  },
  'a socket and pipes': (server) => {
    server.on('upgrade', ({ url, rawHeaders }, socket) => {
      const upstream = connect(target(), '127.0.0.1');
      upstream.write(headOf(`GET ${url} HTTP/1.1`, rawHeaders));
      upstream.pipe(socket).pipe(upstream);
    });
  },
  'a socket, by hand and late': (server) => {
    server.on('upgrade', ({ url, rawHeaders }, socket) => {
      setImmediate(() => {
        const upstream = connect(target(), '127.0.0.1', () => {
          upstream.write(headOf(`GET ${url} HTTP/1.1`, rawHeaders));
        });
        upstream.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end());
        socket.on('data', (chunk) => upstream.write(chunk)).on('end', () => upstream.end());
      });
    });
  },
};

function viaUndici(server: Server, more: object): void {
  server.on('upgrade', async (request, socket) => {
    const upstream = await upgradeAs(request, socket, more);
    upstream.pipe(socket).pipe(upstream);
  });
}

/** Sends on a request through undici, and the response to its client. */
async function upgradeAs({ url, headers }: IncomingMessage, socket: Duplex, more: object): Promise<Duplex> {
  const { connection: _1, upgrade: _2, ...own } = headers;
  const address = `http://127.0.0.1:${target()}${url}`;
  const upgraded = await upgrade(address, { protocol: 'websocket', headers: { ...own, ...more } });
  const received = Object.entries(upgraded.headers).flatMap(([name, value]) => [name, String(value)]);
  socket.write(headOf('HTTP/1.1 101 Switching Protocols', received));
  return upgraded.socket;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeThrough(url: string, Client: HiddenApp['copy']): Promise<string[]> {
  const client = new Client(`${url}/room`);
  const [[peer]] = await Promise.all([once(app.server, 'connection'), once(client, 'open')]);
  const echoed = once(client, 'message');
  peer.on('message', (data: Buffer) => peer.send(data));
  client.send('x'.repeat(70_000));
  await echoed;
  client.close(4001, 'bye');
  await bothClosed(client, peer);
  await handle.forceFlush();
  return records.map(closeLine).sort();
}

const BOTH = [
  '/room client 4001 clean local local_close reason=bye',
  '/room server 4001 clean remote remote_close reason=bye',
];

it.each(Object.keys(PROXIES).flatMap((name) => ['hidden', 'known'].map((client) => ({ name, client }))))(
  '$name between a $client client and a hidden server has neither record nor warning',
  async ({ name, client }) => {
    const server = createServer();
    PROXIES[name]?.(server);
    const url = await listen(server);
    const lines = await closeThrough(url, client === 'known' ? (known as HiddenApp['copy']) : app.copy);
    expect(lines).toEqual(BOTH);
    expect(new Set(records.map(({ connectionId }) => connectionId)).size).toBe(1);
    expect(warn).not.toHaveBeenCalled();
  },
);

it.each(['pipes', 'listeners'])('a relay of TCP by %s has neither record nor warning', async (how) => {
  const relay = createTcpServer((socket) => {
    const upstream = connect(target(), '127.0.0.1');
    if (how === 'pipes') upstream.pipe(socket).pipe(upstream);
    else {
      upstream.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end());
      socket.on('data', (chunk) => upstream.write(chunk)).on('end', () => upstream.end());
    }
  });
  expect(await closeThrough(await listen(relay), app.copy)).toEqual(BOTH);
  expect(warn).not.toHaveBeenCalled();
});

it('an app that is a real server and a real client of another one has a record of each end', async () => {
  const front = await startHiddenApp();
  stops.push(front.close);
  front.server.on('connection', (peer) => {
    const upstream = new app.copy(`${app.url}/inner`);
    upstream.on('message', (data) => peer.send(data));
    peer.on('message', (data) => upstream.send(data));
    peer.on('close', (code) => upstream.close(code));
    upstream.on('close', () => peer.close());
  });
  const { client, peer } = await front.connect('/outer');
  const [inner] = await once(app.server, 'connection');
  if (inner.readyState !== 1) await once(inner, 'open');
  await new Promise((resolve) => setImmediate(resolve));
  client.close(4001);
  await bothClosed(client, peer, inner);
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(4);
  expect(records.map(({ kind, endpoint: { path } }) => `${path} ${kind}`).sort()).toEqual([
    '/inner client',
    '/inner server',
    '/outer client',
    '/outer server',
  ]);
});
