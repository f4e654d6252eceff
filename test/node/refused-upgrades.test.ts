import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as ws8 from 'ws';

const require = createRequire(import.meta.url);
const ws7: { Server: typeof ws8.WebSocketServer } = require('ws7');

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const KEY = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const METRIC = 'websocket.server.handshake.duration';
const KEYS = new Set(['_writeGeneric']);

let handle: WebSocketHandle | undefined;
let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await handle?.shutdown();
  await receiver.close();
});

/** Asks a server to upgrade; resolves to its response when the connection is over. */
async function ask(upgrade: Upgrade, { path = '/room?token=secret', key = KEY, leave = false } = {}) {
  const server = createServer().on('upgrade', upgrade).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: WebSocket\r\n`);
  client.write(`Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n${key}\r\n`);
  if (leave) {
    const [, socket] = await once(server, 'upgrade');
    client.resetAndDestroy();
    await new Promise((resolve) => socket.resume().on('close', resolve));
  }
  let response = '';
  client.on('data', (chunk) => {
    response += chunk;
  });
  if (!client.closed) await once(client, 'close');
  server.close();
  return { response, port };
}

/** The metrics of servers; each export repeats what came before. */
function serverPoints(): object[] {
  const points = receiver.points
    .filter(({ name }) => name.startsWith('websocket.server'))
    .map(({ name, value, attributes }) => ({ name, value, attributes }));
  return [...new Map(points.map((point) => [JSON.stringify(point), point])).values()];
}

describe.each([
  ['ws', ws8.WebSocketServer],
  ['ws7', ws7.Server],
])('a server of %s', (_name, WebSocketServer) => {
  const accept =
    (options: object): Upgrade =>
    (request, socket, head) =>
      new WebSocketServer({ noServer: true, ...options }).handleUpgrade(request, socket, head, () => {});

  it.each<{
    how: string;
    upgrade: Upgrade;
    status?: string;
    type?: string;
    asking?: Parameters<typeof ask>[1];
  }>([
    { how: 'verifyClient', upgrade: accept({ verifyClient: () => false }), status: '401' },
    {
      how: 'verifyClient, later',
      upgrade: accept({
        verifyClient: (_info: object, done: (fits: boolean, code: number) => void) =>
          setImmediate(done, false, 403),
      }),
      status: '403',
    },
    { how: 'a path of its own', upgrade: accept({ path: '/other' }), status: '400' },
    { how: 'a key that is missing', upgrade: accept({}), status: '400', asking: { key: '' } },
    {
      how: 'a response of the app, then destroy()',
      upgrade: (_request, socket) => {
        socket.write('HTTP/1.1 401 Unauthorized\r\n\r\n');
        socket.destroy();
      },
      status: '401',
    },
    {
      how: 'a response of the app by end()',
      upgrade: (_request, socket) => setImmediate(() => socket.end('HTTP/1.1 503 Busy\r\n\r\n')),
      status: '503',
    },
    {
      how: 'a ServerResponse',
      upgrade: (request, socket) => {
        const response = new ServerResponse(request);
        response.assignSocket(socket as Socket);
        response.writeHead(429, { connection: 'close' }).end('slow down', () => socket.end());
      },
      status: '429',
    },
    {
      how: 'a write that the app put its own around',
      upgrade: (_request, stream) => {
        const socket = stream as Socket;
        const write = socket._write;
        socket._write = function (...args) {
          return write.apply(this, args);
        };
        socket.write('HTTP/1.1 403 No\r\n');
        socket.end('Connection: close\r\n\r\n');
      },
      status: '403',
    },
    { how: 'no response', upgrade: (_request, socket) => socket.destroy(), type: 'handshake_failed' },
    {
      how: 'a client that left',
      upgrade: (_request, socket) => socket.on('error', () => {}),
      type: 'ECONNRESET',
      asking: { leave: true },
    },
  ])(
    'that refuses an upgrade by $how is measured, and has no span',
    async ({ upgrade, status, type, asking }) => {
      const bare = await ask(upgrade, asking);
      handle = instrumentWebSockets({ wire: false, otlp: { url: receiver.url } });
      const { response, port } = await ask(upgrade, asking);
      await handle.shutdown();
      const withoutPort = (text: string) => text.replace(/^Date:.*$/m, '');
      expect(withoutPort(response)).toBe(withoutPort(bare.response));
      if (status) expect(response).toContain(`HTTP/1.1 ${status} `);
      expect(serverPoints()).toEqual([
        {
          name: METRIC,
          value: 1,
          attributes: {
            'server.address': 'localhost',
            'server.port': port,
            'error.type': status ?? type,
            ...(status && { 'http.response.status_code': Number(status) }),
          },
        },
      ]);
      expect(receiver.spans).toEqual([]);
    },
  );
});

it('a refused upgrade is measured on a stream whose class has no `_writev`', async () => {
  const inner = createServer().on('upgrade', (_request, stream) => {
    stream.cork();
    stream.write('HTTP/1.1 401 No\r\n');
    stream.end('Connection: close\r\n\r\n');
  });
  handle = instrumentWebSockets({ wire: false, otlp: { url: receiver.url } });
  const { response } = await ask((request, socket, head) => {
    const stream = new Duplex({
      read() {},
      write: (chunk, _encoding, done) => socket.write(chunk, done),
      final: (done) => socket.end(done),
    });
    // Another request to us, as that of a proxy in front of it would be.
    inner.emit('upgrade', Object.create(request), stream, head);
  });
  await handle.shutdown();
  expect(response).toBe('HTTP/1.1 401 No\r\nConnection: close\r\n\r\n');
  expect(serverPoints()).toMatchObject([{ value: 2, attributes: { 'http.response.status_code': 401 } }]);
});

it('a wrapper of the method that shows a response is called once a write, also at a second request', async () => {
  let writes = 0;
  const inner = createServer().on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 40');
    socket.end('3 No\r\n\r\n');
  });
  handle = instrumentWebSockets({ wire: false, otlp: { url: receiver.url } });
  const { response } = await ask((request, socket, head) => {
    const wrapped = socket as unknown as { _writeGeneric(...args: unknown[]): unknown };
    const { _writeGeneric } = wrapped;
    wrapped._writeGeneric = (...args) => {
      writes++;
      return Reflect.apply(_writeGeneric, socket, args);
    };
    socket.write('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n');
    // Another request over the same connection.
    inner.emit('upgrade', Object.create(request), socket, head);
  });
  await handle.shutdown();
  expect(response).toBe('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 403 No\r\n\r\n');
  expect(writes).toBe(3);
});

it('a refused upgrade is not measured where its URL is ignored', async () => {
  handle = instrumentWebSockets({ wire: false, otlp: { url: receiver.url }, ignoreUrls: ['/room?token'] });
  await ask((_request, socket) => socket.end('HTTP/1.1 401 No\r\n\r\n'));
  await handle.shutdown();
  expect(receiver.points).toEqual([]);
});

it('observation leaves no trace on the socket but the methods of its class, under keys of its own', async () => {
  const look = async () => {
    const seen: unknown[] = [];
    const server = createServer().listen(0, '127.0.0.1');
    const wss = new ws8.WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      const facts = () => [
        Object.keys(socket),
        Reflect.ownKeys(socket)
          .map(String)
          .filter((key) => !KEYS.has(key)),
        socket.eventNames().map((name) => [name, socket.listenerCount(name)]),
        socket instanceof Socket,
      ];
      seen.push(facts());
      setImmediate(() => {
        wss.handleUpgrade(request, socket, head, (peer) => {
          seen.push(facts(), Object.getPrototypeOf(socket) === Socket.prototype);
          for (const key of KEYS) seen.push(Reflect.get(socket, key) === Reflect.get(Socket.prototype, key));
          peer.close(1000);
        });
      });
    });
    await once(server, 'listening');
    const client = new ws8.WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(client, 'close');
    server.close();
    return seen;
  };
  const before = await look();
  handle = instrumentWebSockets({ otlp: false, closeHook() {} });
  expect(await look()).toEqual(before);
});
