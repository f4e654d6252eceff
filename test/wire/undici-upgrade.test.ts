import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Duplex, Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

/** The parts of the package `undici` that the tests use, which its versions 6, 7 and 8 have alike. */
interface Undici {
  upgrade(url: string, options: object): Promise<{ socket: Duplex }>;
  request(url: string, options: object): Promise<{ body: { dump(): Promise<void> } }>;
  readonly Agent: new (options: object) => { close(): Promise<void> };
}

/** A Close frame with the code 4005. Its mask is zero. */
const CLOSE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x0f, 0xa5]);
const BOTH = ['/room client 4005 clean local local_close', '/room server 4005 clean remote remote_close'];

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let http: Server;
let url: string;

function observe(options = {}): void {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record), ...options });
}
beforeEach(async () => {
  http = createServer((_request, response) => response.end());
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    else server.handleUpgrade(request, socket, head, (peer) => server.emit('connection', peer, request));
  });
  // The frame may come together with the response.
  server.on('connection', (peer) => peer.send('welcome'));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await handle.shutdown();
  http.closeAllConnections();
  http.close();
});

const handshake = (key = randomBytes(16).toString('base64'), more = {}) => ({
  protocol: 'websocket',
  headers: { 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key, ...more },
});

async function lines(): Promise<string[]> {
  await handle.forceFlush();
  return records.map(closeLine).sort();
}

async function closeAndRead(socket: Duplex, read: (socket: Duplex) => void): Promise<void> {
  const closed = once(socket, 'close');
  read(socket);
  socket.write(CLOSE);
  await closed;
}

/** Ways in which an app may read the stream that it has got. */
const READS: Readonly<Record<string, (socket: Duplex) => void>> = {
  'resume()': (socket) => socket.resume(),
  'a pipe': (socket) => socket.pipe(new Writable({ write: (_chunk, _encoding, done) => done() })),
  readable: (socket) => socket.on('readable', () => socket.read()),
  data: (socket) => socket.on('data', () => {}),
};

describe.each(['undici6', 'undici7', 'undici8'])('upgrade() of %s', (name) => {
  const load = (): Promise<Undici> => import(name);

  it.each(Object.keys(READS))('has a record of the connection that the app reads by %s', async (how) => {
    observe();
    const { upgrade } = await load();
    const { socket } = await upgrade(`${url}/room`, handshake());
    await closeAndRead(socket, READS[how] ?? fail);
    await expect.poll(lines).toEqual(BOTH);
    expect(new Set(records.map(({ connectionId }) => connectionId)).size).toBe(1);
  });

  it('has a record over a TCP connection that has carried other requests', async () => {
    observe();
    const { upgrade, request, Agent } = await load();
    const dispatcher = new Agent({ connections: 1 });
    const { body } = await request(url, { dispatcher });
    await body.dump();
    const { socket } = await upgrade(`${url}/room`, { ...handshake(), dispatcher });
    await closeAndRead(socket, (stream) => stream.resume());
    await expect.poll(lines).toEqual(BOTH);
    await dispatcher.close();
  });

  it('has one record of a refused handshake', async () => {
    observe();
    const { upgrade } = await load();
    await expect(upgrade(`${url}/refused`, handshake())).rejects.toThrow('bad upgrade');
    const refused = async () => (await lines()).filter((line) => line.includes('client'));
    await expect.poll(refused).toEqual([expect.stringContaining('handshake_rejected status=401')]);
  });

  it.each([
    { wire: true, more: {} },
    { wire: true, more: { 'Accept-Language': '*' } },
    { wire: false, more: {} },
  ])('leaves no stream in memory: wire $wire, headers $more', async ({ wire, more }) => {
    observe({ wire });
    const { upgrade } = await load();
    const streams: WeakRef<Duplex>[] = [];
    for (let i = 0; i < 20; i++) {
      const { socket } = await upgrade(`${url}/room`, handshake(undefined, more));
      streams.push(new WeakRef(socket));
      await closeAndRead(socket, (stream) => stream.resume());
    }
    setFlagsFromString('--expose-gc');
    const gc: () => void = runInNewContext('gc');
    const held = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
      return streams.filter((stream) => stream.deref()).length;
    };
    // The last one may still be on the stack.
    await expect.poll(held, { timeout: 5000 }).toBeLessThanOrEqual(1);
  });

  it.each([true, false])('takes no second use of a key for a retry: wire %s', async (wire) => {
    observe({ wire });
    const { upgrade } = await load();
    const options = handshake();
    const first = await upgrade(`${url}/first`, options);
    const second = await upgrade(`${url}/second`, options);
    await closeAndRead(second.socket, (stream) => stream.on('data', () => {}));
    const clients = async () => (await lines()).filter((line) => line.includes('client'));
    await expect.poll(clients).toEqual(['/second client 4005 clean local local_close']);
    await closeAndRead(first.socket, (stream) => stream.on('data', () => {}));
    await expect
      .poll(clients)
      .toEqual(['first', 'second'].map((path) => `/${path} client 4005 clean local local_close`));
  });
});

function fail(): never {
  throw new Error('unknown way');
}
