import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let server: Server;
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({
    wire: false,
    otlp: false,
    recordClientAddress: true,
    closeHook: (record) => records.push(record),
  });
});
afterEach(async () => {
  server.close();
  await handle.shutdown();
  diag.disable();
});

async function listen(host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it.each([
  { target: '/rooms?token=secret', host: 'example.com', url: 'ws://example.com/rooms' },
  { target: 'http://example.com/rooms?token=secret', host: 'other', url: 'ws://example.com/rooms' },
  { target: 'http://user:secret@example.com:81/rooms', host: 'other', url: 'ws://example.com:81/rooms' },
  { target: 'http://user:secret@example.com?token=secret', host: 'other', url: 'ws://example.com/' },
  { target: 'HTTPS://user@example.com/rooms', host: '', url: 'ws://example.com/rooms' },
  { target: '//other/rooms', host: 'example.com', url: 'ws://example.com//other/rooms' },
  { target: '*', host: 'example.com', url: 'ws://example.com/' },
  // Hosts that are none: without brackets nobody can tell the port.
  ...(HAS_IPV6 ? [{ target: '/rooms', host: '::1:80', at: '::1', url: 'ws://[::1]:PORT/rooms' }] : []),
  { target: '/rooms', host: 'a b', at: '127.0.0.1', url: 'ws://127.0.0.1:PORT/rooms' },
  { target: '/rooms', host: '300.0.0.1', at: '127.0.0.1', url: 'ws://127.0.0.1:PORT/rooms' },
  { target: '/rooms', host: 'example.com:99999', at: '127.0.0.1', url: 'ws://127.0.0.1:PORT/rooms' },
  { target: '/rooms', host: '', at: '127.0.0.1', url: 'ws://127.0.0.1:PORT/rooms' },
  ...(HAS_IPV6 ? [{ target: '/rooms', host: '', at: '::1', url: 'ws://[::1]:PORT/rooms' }] : []),
])(
  'a request for "$target" of host "$host" is one for $url',
  async ({ target, host, url, at = '127.0.0.1' }) => {
    server = createServer();
    const port = await listen(at);
    const wss = new WebSocketServer({ server });
    wss.on('connection', (peer) => peer.close(1000));
    const client = connect(port, at);
    client.write(
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    client.once('data', () => client.destroy());
    const [peer] = await once(wss, 'connection');
    await once(peer, 'close');
    await handle.forceFlush();
    expect(records.map(({ endpoint }) => endpoint.url)).toEqual([url.replace('PORT', `${port}`)]);
    expect(JSON.stringify(records)).not.toContain('secret');
  },
);

it('a request that an app made itself, without a socket, is known by that of the connection', async () => {
  const warn = vi.fn();
  const nothing = () => {};
  const logger: DiagLogger = { error: warn, warn, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { suppressOverrideMessage: true });
  warn.mockClear();
  const psk = { psk: Buffer.from('0123456789abcdef'), identity: 'test' };
  server = createSecureServer({ ciphers: 'PSK', pskCallback: () => psk.psk });
  const wss = new WebSocketServer({ noServer: true });
  server.on('upgrade', ({ method, url, headers }: IncomingMessage, socket: Duplex, head: Buffer) => {
    wss.handleUpgrade({ method, url, headers } as IncomingMessage, socket, head, (peer) => peer.close(4001));
  });
  const port = await listen('127.0.0.1');
  const client = new WebSocket(`wss://127.0.0.1:${port}/rooms`, {
    ciphers: 'PSK',
    pskCallback: () => psk,
    checkServerIdentity: () => undefined,
  } as object);
  await once(client, 'close');
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(2);
  const [atClient, atServer] = records.sort((a, b) => a.kind.localeCompare(b.kind));
  expect(atServer).toMatchObject({
    connectionId: atClient?.connectionId,
    clientAddress: '127.0.0.1',
    endpoint: { url: `wss://127.0.0.1:${port}/rooms` },
  });
  expect(atServer?.handshakeDuration).toBeGreaterThanOrEqual(0);
  expect(atServer?.connectionDuration).toBeGreaterThanOrEqual(0);
  expect(warn.mock.calls).toEqual([]);
});
