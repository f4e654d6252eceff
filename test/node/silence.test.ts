import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => void records.push(record) });
});
afterEach(() => handle.shutdown());

async function recordsOf(kind: CloseRecord['kind'], count: number): Promise<CloseRecord[]> {
  const found = () => records.filter((record) => record.kind === kind);
  await expect.poll(() => found().length, { timeout: 20_000 }).toBe(count);
  return found();
}

function attributeOf({ furtherAttributes }: CloseRecord, name: string): number | undefined {
  return furtherAttributes?.[`websocket.${name}`] as number | undefined;
}

/** Blocks this thread, as a long computation does. */
function stall(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Starts a server in another thread. It sends one message to each client, and ends TCP some time later. */
async function startServerThatEnds(after: number): Promise<{ url: string; worker: Worker }> {
  const code = `
    const { WebSocketServer } = require('ws');
    const { parentPort } = require('node:worker_threads');
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (peer, { socket }) => {
      peer.send('hello');
      setTimeout(() => socket.destroy(), ${after});
    });
    server.on('listening', () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(code, { eval: true });
  const [port] = await once(worker, 'message');
  return { url: `ws://127.0.0.1:${port}`, worker };
}

describe('the silence of a peer', () => {
  it('does not include the time in which this process could not read', async () => {
    const { url, worker } = await startServerThatEnds(300);
    const socket = new WebSocket(url);
    await once(socket, 'message');
    const closed = once(socket, 'close');
    stall(3000);
    await closed;
    await worker.terminate();
    const [record] = await recordsOf('client', 1);
    expect(record && attributeOf(record, 'silence.duration')).toBeLessThan(0.5);
    // Nobody can know when the peer ended the connection.
    expect(record && attributeOf(record, 'idle.duration')).toBeUndefined();
    expect(record?.cause).toBe('connection_lost');
  });

  it('includes a stall after which this process could read for a while', async () => {
    const { url, worker } = await startServerThatEnds(4000);
    const socket = new WebSocket(url);
    await once(socket, 'message');
    const closed = once(socket, 'close');
    stall(1500);
    await closed;
    await worker.terminate();
    const [record] = await recordsOf('client', 1);
    expect(record && attributeOf(record, 'silence.duration')).toBeCloseTo(4, 0);
  });
});

describe('bytes after the handshake', () => {
  it('belong to their connection, whichever others end before', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // More than two blocks of 256 connections.
    const sockets: WebSocket[] = [];
    for (let i = 0; i < 600; i++) {
      const socket = new WebSocket(`${url}/${i}`);
      sockets.push(socket);
      await once(socket, 'open');
      socket.send(Buffer.alloc(i % 100));
    }
    // From the front, the back and the middle.
    const order = sockets.map((_, i) => (i * 7) % 600);
    for (const i of order) sockets[i]?.close(1000);
    const closed = await recordsOf('client', 600);
    server.close();
    const expected = closed.map(({ endpoint }) => 6 + (Number(endpoint.path.slice(1)) % 100) + 8);
    expect(closed.map((record) => attributeOf(record, 'sent.size'))).toEqual(expected);
  });

  it('do not include earlier requests over the same TCP connection', async () => {
    const http = createServer((_request, response) => response.end(Buffer.alloc(200_000)));
    await listen(http);
    new WebSocketServer({ server: http }).on('connection', (peer) => peer.send('hello'));
    const tcp = connect((http.address() as AddressInfo).port, '127.0.0.1');
    let read = 0;
    tcp.on('data', (chunk) => {
      read += chunk.length;
    });
    tcp.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await expect.poll(() => read).toBeGreaterThan(200_000);
    read = 0;
    tcp.write(handshake());
    await expect.poll(() => read).toBeGreaterThan(7);
    tcp.destroy();
    const [record] = await recordsOf('server', 1);
    http.close();
    expect(record && attributeOf(record, 'sent.size')).toBe(7);
    expect(record && attributeOf(record, 'received.size')).toBe(0);
  });

  it('include frames that came together with the handshake', async () => {
    const http = createServer();
    await listen(http);
    const server = new WebSocketServer({ server: http });
    const tcp = connect((http.address() as AddressInfo).port, '127.0.0.1');
    // An empty text, masked.
    tcp.write(Buffer.concat([Buffer.from(handshake()), Buffer.from([0x81, 0x80, 0, 0, 0, 0])]));
    await new Promise((resolve) => {
      server.on('connection', (peer) => peer.on('message', resolve));
    });
    tcp.destroy();
    const [record] = await recordsOf('server', 1);
    http.close();
    expect(record && attributeOf(record, 'received.size')).toBe(6);
  });

  it.each(['ws', 'global'])(
    'include frames that came together with the response, on a client of %s',
    async (name) => {
      const tcp = createTcpServer((socket) => void respond(socket));
      tcp.listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      const url = `ws://127.0.0.1:${(tcp.address() as AddressInfo).port}`;
      const socket = name === 'ws' ? new WebSocket(url) : new globalThis.WebSocket(url);
      socket.onerror = () => {};
      await new Promise((resolve) => {
        socket.onclose = resolve;
      });
      const [record] = await recordsOf('client', 1);
      tcp.close();
      expect(record && attributeOf(record, 'received.size')).toBe(7);
    },
  );
});

async function listen(http: Server): Promise<void> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
}

function handshake(): string {
  const headers = [
    'Host: a.example',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
  ];
  return ['GET / HTTP/1.1', ...headers, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''].join('\r\n');
}

/** Accepts a handshake, sends a text of 5 bytes in the same segment, and ends TCP. */
async function respond(socket: Socket): Promise<void> {
  const [request] = (await once(socket, 'data')) as [Buffer];
  const key = /sec-websocket-key: (.*)\r/i.exec(String(request))?.[1] ?? '';
  const response = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  const head = [...response, `Sec-WebSocket-Accept: ${acceptKey(key)}`, '', ''].join('\r\n');
  socket.end(Buffer.concat([Buffer.from(head), Buffer.from([0x81, 5]), Buffer.from('hello')]));
}

/** Returns the proof that a server has read the handshake (RFC 6455 §4.2.2). */
function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
