import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import known from 'ws';
import { type HiddenApp, startHiddenApp } from './apps.ts';

/** A Close frame of a client, with code 4005 and a mask of zeros. */
const CLOSE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x0f, 0xa5]);

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let app: HiddenApp;
beforeEach(async () => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  app = await startHiddenApp();
});
afterEach(async () => {
  await app.close();
  await handle.shutdown();
});

const port = () => Number(new URL(app.url).port);
const requestOf = (target: string, more = '') =>
  `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n${more}\r\n`;

/** The lines of all records, once both ends have one, or the server alone. */
async function lines(count: number): Promise<string[]> {
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBeGreaterThanOrEqual(count);
  return records.map(closeLine).sort();
}

/** A stream of the app around a TCP socket, as libraries for tunnels and tests make. */
class Around extends Duplex {
  readonly #inner: Socket;

  constructor(inner: Socket) {
    super();
    this.#inner = inner;
    inner.on('data', (bytes) => this.push(bytes));
    inner.on('end', () => this.push(null));
  }

  override _read(): void {}
  override _write(bytes: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#inner.write(bytes, encoding, callback);
  }
  override _final(callback: () => void): void {
    this.#inner.end(callback);
  }
}

it.each(['known', 'hidden'])(
  'a client of %s ws over a stream around a TCP socket has one record',
  async (what) => {
    const WebSocket = what === 'known' ? known : app.copy;
    const createConnection = () => new Around(connect(port(), '127.0.0.1')) as unknown as Socket;
    const client = new WebSocket(`${app.url}/around`, { createConnection });
    await once(client, 'open');
    client.close(4001);
    await once(client, 'close');
    expect(await lines(2)).toEqual([
      '/around client 4001 clean local local_close',
      '/around server 4001 clean remote remote_close',
    ]);
  },
);

it('a client that reads into memory of its own has no record, since nothing shows its bytes', async () => {
  const socket: Socket = connect({
    port: port(),
    host: '127.0.0.1',
    onread: { buffer: Buffer.alloc(4096), callback: () => socket.write(CLOSE) },
  });
  socket.write(requestOf('/onread'));
  await once(socket, 'close');
  expect(await lines(1)).toEqual(['/onread server 4005 clean remote remote_close']);
});

it('a client that sends the whole URL, as to a proxy, has this URL', async () => {
  const socket = connect(port(), '127.0.0.1');
  socket.write(requestOf('http://chat.example/whole'));
  await once(socket, 'data');
  socket.end(CLOSE);
  await once(socket.resume(), 'close');
  await lines(2);
  expect(records.find(({ kind }) => kind === 'client')?.endpoint.url).toBe('ws://chat.example/whole');
});

it('a long request that is written while another socket is read is a client, and no relay', async () => {
  const ticking = createServer((peer) => void peer.end('tick')).listen(0, '127.0.0.1');
  await once(ticking, 'listening');
  const socket = connect(port(), '127.0.0.1');
  await once(socket, 'connect');
  const other = connect((ticking.address() as AddressInfo).port, '127.0.0.1');
  other.once('data', () => socket.write(requestOf('/long', `Cookie: a=${'b'.repeat(8_000)}\r\n`)));
  await once(socket, 'data');
  socket.end(CLOSE);
  await once(socket.resume(), 'close');
  ticking.close();
  expect(await lines(2)).toEqual([
    '/long client 4005 clean local local_close',
    '/long server 4005 clean remote remote_close',
  ]);
});

it.each([
  { what: 'of another protocol', text: 'PING\r\n' },
  { what: 'that asks for something else', text: 'GET foo\r\n\r\n' },
  { what: 'whose first bytes are too many for a request', text: `GET /${'a'.repeat(20_000)}` },
])('a socket $what has the method of its class again after its first write', async ({ text }) => {
  const methodOf = (one: object): unknown => Reflect.get(one, '_writeGeneric');
  const sink = createServer((peer) => peer.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const socket = connect((sink.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  expect(methodOf(socket)).not.toBe(methodOf(Socket.prototype));
  await new Promise((resolve) => socket.write(Buffer.from(text), resolve));
  expect(methodOf(socket)).toBe(methodOf(Socket.prototype));
  socket.destroy();
  sink.close();
  await handle.forceFlush();
  expect(records).toEqual([]);
});
