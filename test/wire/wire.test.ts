import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import known, { type WebSocket } from 'ws';
import { bothClosed, type HiddenApp, startHiddenApp, streamOf } from './apps.ts';

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
const stops: (() => unknown)[] = [];

function observe(options = {}): void {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record), ...options });
}
beforeEach(() => observe());
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await handle.shutdown();
});

async function start(options = {}): Promise<HiddenApp> {
  const app = await startHiddenApp(options);
  stops.push(app.close);
  return app;
}

async function lines(): Promise<string[]> {
  await handle.forceFlush();
  return records.map(closeLine).sort();
}

/** The bare TCP sockets of the tests have records of their own. */
const serverLines = () => lines().then((all) => all.filter((line) => line.includes('server')));

const CLOSED_BY_CLIENT = [
  '/room client 4001 clean local local_close reason=bye',
  '/room server 4001 clean remote remote_close reason=bye',
];

describe('a library that nobody knows', () => {
  it.each([
    { what: 'TCP', options: {} },
    { what: 'TLS', options: { isSecure: true } },
    { what: 'a Unix socket', options: { path: join(tmpdir(), `wire-${process.pid}.sock`) } },
    { what: 'compressed messages', options: { perMessageDeflate: { threshold: 0 } } },
  ])('has one record of each end over $what', async ({ options }) => {
    if ('path' in options) rmSync(String(options.path), { force: true });
    const app = await start(options);
    const { client, peer } = await app.connect();
    const echoed = once(client, 'message');
    peer.on('message', (data) => peer.send(data));
    client.send('x'.repeat(100_000));
    await echoed;
    client.close(4001, 'bye');
    await bothClosed(client, peer);
    expect(await lines()).toEqual(CLOSED_BY_CLIENT);
    const [one, other] = records;
    expect(one?.connectionId).toBe(other?.connectionId);
    for (const record of records) {
      expect(record.handshakeDuration).toBeGreaterThan(0);
      expect(record.connectionDuration).toBeGreaterThan(0);
      expect(record.extensions).toBe('perMessageDeflate' in options ? 'permessage-deflate' : '');
    }
  });

  it('has the subprotocol, and the id that the handle gives for the stream', async () => {
    const app = await start({ handleProtocols: () => 'chat' });
    const client = new app.copy(`${app.url}/room?token=secret`, ['chat', 'other']);
    const [[peer]] = await Promise.all([once(app.server, 'connection'), once(client, 'open')]);
    const id = handle.connectionIdOf(streamOf(client));
    handle.note(streamOf(peer), { attributes: { 'app.room': 'blue' } });
    peer.close(1011);
    await bothClosed(client, peer);
    expect(await lines()).toEqual([
      '/room client 1011 clean remote server_error error=server_error',
      '/room server 1011 clean local server_error error=server_error',
    ]);
    expect(records.map(({ subprotocol }) => subprotocol)).toEqual(['chat', 'chat']);
    expect(new Set(records.map(({ connectionId }) => connectionId))).toEqual(new Set([id]));
    expect(records.find(({ kind }) => kind === 'server')?.furtherAttributes).toMatchObject({
      'app.room': 'blue',
    });
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it('knows a heartbeat that found a dead peer, and measures the one before', async () => {
    const app = await start();
    const { client, peer } = await app.connect();
    const pong = once(peer, 'pong');
    peer.ping('1');
    await pong;
    streamOf(client).pause();
    peer.ping('2');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    peer.terminate();
    streamOf(client).resume();
    await bothClosed(client, peer);
    const server = records.find(({ kind }) => kind === 'server');
    expect(server).toMatchObject({ cause: 'ping_timeout', initiator: 'local', code: 1006 });
    expect(server?.furtherAttributes).toMatchObject({
      'websocket.ping.unanswered': 1,
      'websocket.ping.rtt': expect.any(Number),
      'websocket.transport.end': 'local',
    });
  });

  it('has the bytes that never left', async () => {
    const app = await start({ perMessageDeflate: false });
    const { client, peer } = await app.connect();
    streamOf(client).pause();
    const size = 8_000_000;
    peer.send(Buffer.alloc(size));
    await new Promise((resolve) => setImmediate(resolve));
    const left = peer.bufferedAmount;
    peer.terminate();
    client.terminate();
    await bothClosed(client, peer);
    await handle.forceFlush();
    const server = records.find(({ kind }) => kind === 'server');
    expect(server?.unsentSize).toBeGreaterThan(0);
    expect(server?.unsentSize).toBeLessThanOrEqual(left);
  });

  it('has a record of each open connection when the process ends', async () => {
    const app = await start();
    const { client, peer } = await app.connect();
    await handle.shutdown();
    expect(records.map(closeLine).sort()).toEqual([
      '/room client 1006 unclean local process_exit synthetic',
      '/room server 1006 unclean local process_exit synthetic',
    ]);
    client.close();
    await bothClosed(client, peer);
    expect(records).toHaveLength(2);
  });

  it('has no record of a handshake that is still going on when observation stops', async () => {
    const app = await start();
    const client = new app.copy(`${app.url}/late`);
    const raw = connect((app.http.address() as AddressInfo).port, '127.0.0.1');
    await handle.shutdown();
    raw.write(
      'GET /raw HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await Promise.all([once(client, 'open'), once(raw, 'data')]);
    client.terminate();
    raw.destroy();
    await once(client, 'close');
    await handle.forceFlush();
    expect(records).toEqual([]);
  });

  it('reads frames that come with the request, and frames that leave with the response', async () => {
    const http = createServer().listen(0, '127.0.0.1');
    stops.push(() => http.close());
    await once(http, 'listening');
    http.on('upgrade', (_request, socket) => {
      socket.cork();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: web');
      socket.write('socket\r\nConnection: Upgrade\r\n\r');
      socket.write(Buffer.from('\n\x81\x02hi\x88\x02\x0f\xa1', 'latin1'));
      socket.uncork();
      socket.end();
    });
    const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
    client.write(
      'GET /early HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n' +
        '\x88\x82\x00\x00\x00\x00\x0f\xa2',
      'latin1',
    );
    await once(client.resume(), 'close');
    await expect.poll(serverLines).toEqual(['/early server 4002 clean remote remote_close']);
  });
});

describe('one record alone', () => {
  it('is that of a known library which takes the stream later', async () => {
    const http = createServer().listen(0, '127.0.0.1');
    stops.push(() => http.close());
    await once(http, 'listening');
    const accepted = new Promise<WebSocket>((resolve) => {
      http.on('upgrade', (_request, socket, head) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
        setImmediate(() => {
          const peer = new known(null as never, undefined as never, {}) as WebSocket & { _isServer: boolean };
          peer._isServer = true;
          (peer as unknown as { setSocket(...args: unknown[]): void }).setSocket(socket, head, {
            allowSynchronousEvents: true,
            maxPayload: 0,
          });
          resolve(peer);
        });
      });
    });
    const tcp = connect((http.address() as AddressInfo).port, '127.0.0.1');
    tcp.write(
      'GET /late HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const peer = await accepted;
    peer.terminate();
    await once(tcp.resume(), 'close');
    expect(await serverLines()).toEqual(['server 1006 unclean local local_terminate error=local_terminate']);
  });

  it('is made with a server that the app passes to instrumentServer() while connections are open', async () => {
    const app = await start();
    const { client, peer } = await app.connect();
    handle.instrumentServer(app.server);
    handle.observe(client);
    client.close(4001, 'bye');
    await bothClosed(client, peer);
    expect(await lines()).toHaveLength(2);
  });

  it('is none of a request for another protocol, nor of one that the app ignores', async () => {
    await handle.shutdown();
    observe({ ignoreUrls: [/room/] });
    const http = createServer().listen(0, '127.0.0.1');
    stops.push(() => http.close());
    await once(http, 'listening');
    http.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n'),
    );
    const tcp = connect((http.address() as AddressInfo).port, '127.0.0.1');
    tcp.write('POST /attach HTTP/1.1\r\nHost: localhost\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n');
    await once(tcp.resume(), 'close');
    const app = await start();
    const { client, peer } = await app.connect();
    client.close();
    await bothClosed(client, peer);
    expect(await lines()).toEqual([]);
  });

  it('is none with wire: false, but for what the server refuses', async () => {
    await handle.shutdown();
    observe({ wire: false });
    const app = await start();
    const { client, peer } = await app.connect();
    client.close();
    await bothClosed(client, peer);
    expect(await lines()).toEqual([]);
    expect(Object.hasOwn(streamOf(peer) ?? {}, 'push')).toBe(false);
  });
});

describe('hostile peers', () => {
  const frame = (...bytes: number[]) => Buffer.from(bytes);
  const longest = frame(0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4);

  it.each([
    { what: 'no frame at all', bytes: Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'), end: 'unknown unknown' },
    { what: 'half a header', bytes: frame(0x82, 0xfe, 1), end: 'none connection_lost' },
    {
      what: 'a frame of 2^63 bytes',
      bytes: frame(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      end: 'unknown unknown',
    },
    { what: 'a frame of nearly 2^63 bytes', bytes: longest, end: 'none connection_lost' },
    { what: 'a frame without a mask', bytes: frame(0x81, 1, 97), end: 'unknown unknown' },
    { what: 'a long Ping', bytes: frame(0x89, 0xfe, 1, 0, 0, 0, 0, 0), end: 'unknown unknown' },
    {
      what: 'a Close frame in fragments',
      bytes: frame(0x08, 0x82, 0, 0, 0, 0, 3, 0xe8),
      end: 'unknown unknown',
    },
    {
      what: 'a Close frame with the code 1006',
      bytes: frame(0x88, 0x82, 0, 0, 0, 0, 3, 0xee),
      end: 'unknown unknown',
    },
  ])('$what: no code is made up', async ({ bytes, end }) => {
    const http = createServer().listen(0, '127.0.0.1');
    stops.push(() => http.close());
    await once(http, 'listening');
    http.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.resume().on('end', () => socket.end());
    });
    const tcp = connect((http.address() as AddressInfo).port, '127.0.0.1');
    tcp.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(tcp, 'data');
    // Byte by byte as far as the network keeps them apart, and a Close frame that cannot be read any more.
    for (const byte of bytes) tcp.write(Buffer.from([byte]));
    tcp.end(bytes === longest || bytes.length === 3 ? '' : Buffer.from([0x88, 0x82, 0, 0, 0, 0, 3, 0xe8]));
    await once(tcp.resume(), 'close');
    const error = end.split(' ')[1];
    await expect.poll(serverLines).toEqual([`/ server 1006 unclean ${end} error=${error}`]);
  });

  it('of a server that speaks no frames, a record says no more than that', async () => {
    const tcpServer = createTcpServer((socket) => {
      socket.once('data', (data) => {
        const key = /sec-websocket-key: (\S+)/i.exec(String(data))?.[1];
        expect(key).toBeDefined();
        socket.end(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n????',
        );
      });
    }).listen(0, '127.0.0.1');
    stops.push(() => tcpServer.close());
    await once(tcpServer, 'listening');
    const { request } = await import('node:http');
    const made = request({
      port: (tcpServer.address() as AddressInfo).port,
      host: '127.0.0.1',
      path: '/odd',
      headers: {
        Upgrade: 'websocket',
        Connection: 'Upgrade',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    });
    made.end();
    const [, socket] = (await once(made, 'upgrade')) as [unknown, Socket];
    await once(socket.resume(), 'close');
    await expect.poll(lines).toEqual(['/odd client 1006 unclean unknown unknown error=unknown']);
  });
});
