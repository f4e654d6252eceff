import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type CloseRecord, instrumentWebSockets, type WebSocketLike } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import websocket, { type connection as Connection } from 'websocket';
import { recordLibrary } from '../helpers/record-library.ts';

const { client: WebSocketClient, server: PackageServer, w3cwebsocket: W3cWebSocket } = websocket;

/** The servers by hand have records of their own, as connections on the wire. */
const CLIENTS_ALONE = { wire: false };

/** Ends of connections by a server of the package, by path. */
const SERVER_ENDS: Readonly<Record<string, (connection: Connection, socket: Socket) => void>> = {
  '/server/4001': (connection) => connection.close(4001, 'from server'),
  '/server/1001': (connection) => connection.close(1001),
  '/drop': (_connection, socket) => socket.destroy(),
  '/reset': (_connection, socket) => socket.resetAndDestroy(),
  '/policy': (connection) => connection.drop(1008, 'no'),
};

let server: Server;
let url: string;
beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A server of the package; resolves when its end of the next connection is closed. */
function acceptOne(): Promise<unknown> {
  const packageServer = new PackageServer({ httpServer: server });
  return new Promise((resolve) => {
    packageServer.on('request', (request) => {
      const { pathname = '' } = request.resourceURL;
      if (pathname === '/refuse') {
        request.reject(403);
        resolve(undefined);
        return;
      }
      const connection = request.accept();
      connection.on('close', resolve);
      SERVER_ENDS[pathname ?? '']?.(connection, request.socket as Socket);
    });
  });
}

type Act = (socket: { close(code?: number, reason?: string): void; send(data: string): void }) => void;

/** Runs a `w3cwebsocket` to its close. */
function runW3c(path: string, act?: Act): Promise<unknown> {
  const socket = new W3cWebSocket(`${url}${path}?token=secret`);
  return new Promise((resolve) => {
    socket.onerror = () => {};
    socket.onopen = () => act?.(socket);
    socket.onclose = resolve;
  });
}

/** Runs a `client` to the close of its connection, or its failure. */
function runClient(path: string, act?: Act): Promise<unknown> {
  const client = new WebSocketClient();
  return new Promise((resolve) => {
    client.on('connectFailed', resolve);
    client.on('connect', (connection) => {
      connection.on('error', () => {});
      connection.on('close', resolve);
      act?.({
        close: (code, reason) => connection.close(code, reason),
        send: (data) => connection.send(data),
      });
    });
    client.connect(`${url}${path}?token=secret`);
  });
}

describe.each([
  ['w3cwebsocket', runW3c],
  ['client', runClient],
])('%s', (_name, run) => {
  it.each([
    {
      path: '/client/4001',
      act: (socket) => socket.close(4001, 'bye'),
      // A server of the package answers 1000 to whatever it gets, and its client tells the app its own code.
      client: '1000 clean local local_close requested_code=4001 reported_code=4001',
      end: '4001 clean remote remote_close reason=bye',
    },
    {
      path: '/client',
      act: (socket) => socket.close(),
      client: '1000 clean local local_close',
      end: '1000 clean remote remote_close',
    },
    {
      path: '/server/4001',
      client: '4001 clean remote remote_close reason=from server',
      end: '1000 clean local local_close requested_code=4001 reported_code=4001',
    },
    {
      path: '/server/1001',
      client: '1001 clean remote remote_close',
      end: '1000 clean local local_close requested_code=1001 reported_code=1001',
    },
    {
      path: '/drop',
      client: '1006 unclean none connection_lost error=connection_lost',
      end: '1006 unclean local local_terminate error=local_terminate',
    },
    {
      path: '/reset',
      client: '1006 unclean none connection_reset error=ECONNRESET',
      end: '1006 unclean local local_terminate error=local_terminate',
    },
    {
      path: '/policy',
      client: '1008 clean remote policy reason=no error=policy',
      // A drop waits for no answer.
      end: '1006 unclean local local_close requested_code=1008 reported_code=1008 error=local_close',
    },
    {
      path: '/refuse',
      client: '1006 unclean none handshake_rejected status=403 error=403',
    },
  ] as { path: string; act?: Act; client: string; end?: string }[])(
    'has one record of $path at each end',
    async ({ path, act, client, end }) => {
      const closes = await recordLibrary(end ? 2 : 1, async () => {
        const accepted = acceptOne();
        await run(path, act);
        await accepted;
      });
      expect(closes).toEqual([`${path} client ${client}`, ...(end ? [`${path} server ${end}`] : [])]);
    },
  );

  it.each([
    {
      path: '/echo',
      act: (socket) => socket.close(4001, 'bye'),
      client: '4001 clean local local_close reason=bye',
    },
    // Both ends close, and their frames cross: the package then tells the app its own code.
    {
      path: '/cross',
      act: (socket) => socket.close(4001, 'bye'),
      client: '4002 clean local local_close reason=from peer requested_code=4001 reported_code=4001',
    },
    // The package does not look at a Close frame that comes back, and tells the app a normal end with the app's code.
    {
      path: '/forbidden-code-back',
      act: (socket) => socket.close(4001, 'bye'),
      client: '1006 clean local local_close requested_code=4001 reported_code=4001 error=local_close',
    },
    {
      path: '/one-byte-back',
      act: (socket) => socket.close(4001, 'bye'),
      client: '1005 clean local local_close requested_code=4001 reported_code=4001',
    },
    {
      path: '/bad-reason-back',
      act: (socket) => socket.close(4001, 'bye'),
      client: '1000 clean local local_close reason=\ufffd\ufffd requested_code=4001 reported_code=4001',
    },
    { path: '/empty', client: '1005 clean remote remote_close reported_code=1006' },
    {
      path: '/one-byte',
      client: '1006 unclean local protocol_error requested_code=1002 reported_code=1005 error=protocol_error',
    },
    {
      path: '/then-reset',
      client: '1012 unclean remote server_restart reported_code=1006 error=server_restart',
    },
    {
      path: '/broken',
      client: `1006 unclean local protocol_error ${both(1002)} error=protocol_error`,
    },
    {
      path: '/bad-reason',
      client: `1006 unclean local protocol_error ${both(1007)} error=protocol_error`,
    },
    { path: '/big', client: `1006 unclean local message_too_big ${both(1009)} error=message_too_big` },
    { path: '/forged', client: '1006 unclean none handshake_failed error=handshake_failed' },
  ] as { path: string; act?: Act; client: string }[])(
    'has one record of $path by a peer that is not of the package',
    async ({ path, act, client }) => {
      server.on('upgrade', (request, socket) => upgradeByHand(request, socket));
      const closes = await recordLibrary(1, () => run(path, act).then(() => {}), CLIENTS_ALONE);
      expect(closes).toEqual([`${path} client ${client}`]);
    },
  );

  it('has one record of a server that nobody runs', async () => {
    server.close();
    expect(await recordLibrary(1, () => run('/nobody').then(() => {}))).toEqual([
      '/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
    ]);
  });
});

it('has one record of a client that aborts, which the package does not tell', async () => {
  server.on('upgrade', () => {});
  const client = new WebSocketClient();
  const closes = await recordLibrary(1, async () => {
    client.connect(`${url}/abort`);
    client.abort();
    client.abort();
  });
  expect(closes).toEqual(['/abort client 1006 unclean local aborted_connecting']);
});

it('has one record of a w3cwebsocket that is closed as it connects, though it connects later', async () => {
  const closes = await recordLibrary(2, async () => {
    const accepted = acceptOne();
    const socket = new W3cWebSocket(`${url}/abort`);
    await new Promise<unknown>((resolve) => {
      socket.onclose = resolve;
      socket.close(4001);
    });
    await accepted;
  });
  expect(closes).toEqual([
    '/abort client 1006 unclean local aborted_connecting requested_code=4001',
    '/abort server 4001 clean remote remote_close',
  ]);
});

it('has one record of a refusal that the app takes over, and leaves it to the app', async () => {
  const client = new WebSocketClient();
  let failed = 0;
  client.on('connectFailed', () => failed++);
  const closes = await recordLibrary(1, async () => {
    void acceptOne();
    client.connect(`${url}/refuse`);
    await once(client, 'httpResponse');
  });
  expect(closes).toEqual(['/refuse client 1006 unclean none handshake_rejected status=403 error=403']);
  expect(failed).toBe(0);
});

it('has one record of a peer that answers no ping', async () => {
  const closes = await recordLibrary(
    1,
    async () => {
      const packageServer = new PackageServer({
        httpServer: server,
        autoAcceptConnections: true,
        keepaliveInterval: 20,
        keepaliveGracePeriod: 20,
      });
      const closed = once(packageServer, 'close');
      const deaf = connect(Number(new URL(url).port), '127.0.0.1');
      deaf.on('error', () => {});
      deaf.write(
        'GET /deaf HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
      );
      await closed;
      deaf.destroy();
    },
    CLIENTS_ALONE,
  );
  expect(closes).toEqual(['/deaf server 1006 unclean local ping_timeout error=ping_timeout']);
});

it.each(['!'.repeat(24), `AAAA${'!'.repeat(20)}`, 'short'])(
  'has one record of a client whose key is %s, which the package accepts',
  async (key) => {
    const closes = await recordLibrary(
      1,
      async () => {
        const accepted = acceptOne();
        const client = connect(Number(new URL(url).port), '127.0.0.1');
        client.write(
          'GET /no-key HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
            `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
        );
        await once(client, 'data');
        client.end();
        await accepted;
      },
      CLIENTS_ALONE,
    );
    expect(closes).toEqual(['/no-key server 1006 unclean none connection_lost error=connection_lost']);
  },
);

it('has one record of a peer that does not answer a Close frame in time', async () => {
  const closes = await recordLibrary(
    1,
    async () => {
      // Our timer ends first: both run on one event loop.
      server.on('upgrade', (request, socket) =>
        upgradeByHand(request, socket, () => setTimeout(hangUp, 60, socket)),
      );
      const client = new WebSocketClient({ closeTimeout: 20 });
      client.connect(`${url}/silent`);
      const [connection] = (await once(client, 'connect')) as [Connection];
      connection.close(4001);
      await once(connection, 'close');
    },
    CLIENTS_ALONE,
  );
  expect(closes).toEqual([
    '/silent client 1006 unclean local close_timeout requested_code=4001 reported_code=4001 error=close_timeout',
  ]);
});

it.each([
  { title: 'a drop', end: (connection: Connection) => connection.drop(4001) },
  { title: 'a reset', end: (_connection: Connection, peer: Socket) => peer.resetAndDestroy() },
])('has the bytes that never left before $title', async ({ end }) => {
  const records: CloseRecord[] = [];
  const handle = instrumentWebSockets({
    ...CLIENTS_ALONE,
    otlp: false,
    closeHook: (record) => void records.push(record),
  });
  const accepted = new Promise<Socket>((resolve) => {
    server.on('upgrade', (request, socket) => {
      upgradeByHand(request, socket, () => {});
      socket.pause();
      resolve(socket as Socket);
    });
  });
  const client = new WebSocketClient();
  client.connect(`${url}/silent`);
  const [connection] = (await once(client, 'connect')) as [Connection];
  connection.on('error', () => {});
  // More than the system takes into the buffers of a TCP connection.
  for (let left = 32; left > 0; left--) connection.sendBytes(Buffer.alloc(1_000_000));
  const { writableLength } = connection.socket;
  end(connection, await accepted);
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
  await handle.shutdown();
  expect(writableLength).toBeGreaterThan(1_000_000);
  expect(records[0]?.unsentSize).toBeGreaterThan(1_000_000);
  expect(records[0]?.unsentSize).toBeLessThan(32_001_000);
});

it.each([
  { title: 'the app', end: (connection: Connection) => connection.close(4001, 'gone'), reason: 'gone' },
  { title: 'the package, by default', end: (connection: Connection) => connection.close(4001), reason: '' },
  { title: 'a drop', end: (connection: Connection) => connection.drop(4001, 'bad'), reason: 'bad' },
  {
    title: 'a drop without a frame',
    end: (connection: Connection) => connection.drop(4001, 'bad', true),
    reason: '',
  },
])('has the reason of $title when the peer sends none', async ({ end, reason }) => {
  const records: CloseRecord[] = [];
  const handle = instrumentWebSockets({
    ...CLIENTS_ALONE,
    otlp: false,
    closeHook: (record) => void records.push(record),
  });
  server.on('upgrade', (request, socket) => upgradeByHand(request, socket, hangUp));
  const client = new WebSocketClient();
  client.connect(`${url}/silent`);
  const [connection] = (await once(client, 'connect')) as [Connection];
  end(connection);
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
  await handle.shutdown();
  expect(records.map(({ code, requestedReason }) => ({ code, requestedReason }))).toEqual([
    { code: 1006, requestedReason: reason },
  ]);
});

it('records a connection from before the call, without what nobody saw', async () => {
  const accepted = acceptOne();
  const client = new WebSocketClient();
  client.connect(`${url}/early`);
  const [connection] = (await once(client, 'connect')) as [Connection];
  const closes = await recordLibrary(2, async () => {
    connection.close(4001);
    await Promise.all([once(connection, 'close'), accepted]);
  });
  expect(closes).toEqual([
    'client 1000 clean local local_close requested_code=4001 reported_code=4001',
    'server 4001 clean remote remote_close',
  ]);
});

it('records a connection that was being closed before the call', async () => {
  server.on('upgrade', (request, socket) => upgradeByHand(request, socket));
  const client = new WebSocketClient();
  client.connect(`${url}/echo`);
  const [connection] = (await once(client, 'connect')) as [Connection];
  connection.close(4001);
  const closes = await recordLibrary(1, () => once(connection, 'close').then(() => {}));
  expect(closes).toEqual(['client 4001 clean local local_close reason=bye']);
});

it('records a w3cwebsocket once, also when it is passed to observe', async () => {
  const closes = await recordLibrary(2, async ({ observe }) => {
    const accepted = acceptOne();
    const socket = new W3cWebSocket(`${url}/client`);
    observe(socket as unknown as WebSocketLike);
    await new Promise<unknown>((resolve) => {
      socket.onopen = () => socket.close();
      socket.onclose = resolve;
    });
    await accepted;
  });
  expect(closes).toHaveLength(2);
});

it('records connections that are open at a deliberate end as process_exit, at both ends', async () => {
  const ends: string[] = [];
  const handle = instrumentWebSockets({
    otlp: false,
    closeHook: (record) => ends.push(closeLine(record)),
  });
  const accepted = acceptOne();
  const client = new WebSocketClient();
  client.connect(`${url}/open`);
  const [connection] = (await once(client, 'connect')) as [Connection];
  await handle.shutdown();
  connection.close();
  await accepted;
  expect(ends.sort()).toEqual([
    '/open client 1006 unclean local process_exit synthetic',
    '/open server 1006 unclean local process_exit synthetic',
  ]);
});

it('carries the active context in the handshake of a client', async () => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const handle = instrumentWebSockets({ otlp: false });
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
  };
  const requested = once(server, 'upgrade');
  const accepted = acceptOne();
  const closed = context.with(trace.setSpanContext(context.active(), spanContext), () =>
    runClient('/client', (socket) => socket.close()),
  );
  const [{ headers }] = (await requested) as [IncomingMessage];
  await Promise.all([closed, accepted]);
  await handle.shutdown();
  propagation.disable();
  context.disable();
  expect(headers.traceparent).toBe(`00-${spanContext.traceId}-${spanContext.spanId}-01`);
});

it('ignores what ignoreUrls names, at both ends', async () => {
  const codes: number[] = [];
  const handle = instrumentWebSockets({
    otlp: false,
    ignoreUrls: ['/client'],
    closeHook: ({ code }) => codes.push(code),
  });
  const accepted = acceptOne();
  await runClient('/client/4001', (socket) => socket.close(4001));
  await accepted;
  await runClient('/refuse');
  await handle.shutdown();
  expect(codes).toEqual([1006]);
});

it('is as it was found after shutdown', async () => {
  const classes = [websocket.client, websocket.connection, websocket.request, websocket.w3cwebsocket];
  const look = () => classes.map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype));
  const before = look();
  const handle = instrumentWebSockets({ otlp: false, closeHook() {} });
  expect(look()).not.toEqual(before);
  await handle.shutdown();
  expect(look()).toEqual(before);
});

/** Requested and reported alike. */
function both(code: number): string {
  return `requested_code=${code} reported_code=${code}`;
}

function closeFrame(code: number, reason: string): Buffer {
  return Buffer.from([0x88, 2 + reason.length, code >> 8, code & 0xff, ...Buffer.from(reason)]);
}

/** Bytes that the peer sends as soon as the connection is open. */
const FIRST: Readonly<Record<string, Uint8Array>> = {
  '/empty': Buffer.from([0x88, 0]),
  '/one-byte': Buffer.from([0x88, 1, 3]),
  '/then-reset': closeFrame(1012, ''),
  '/broken': Buffer.from([0xff, 0]),
  '/bad-reason': Buffer.from([0x88, 4, 0x03, 0xe8, 0xff, 0xff]),
  // A frame of 2 MiB is announced.
  '/big': Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x20, 0, 0]),
};
/** Reactions of the peer to the client's Close frame; by default the peer hangs up. */
const THEN: Readonly<Record<string, (socket: Socket) => void>> = {
  '/echo': (socket) => socket.end(closeFrame(4001, 'bye')),
  '/cross': (socket) => socket.end(closeFrame(4002, 'from peer')),
  '/then-reset': (socket) => socket.resetAndDestroy(),
  '/forbidden-code-back': (socket) => void socket.end(closeFrame(1006, '')),
  '/one-byte-back': (socket) => void socket.end(FIRST['/one-byte'] ?? ''),
  '/bad-reason-back': (socket) => void socket.end(FIRST['/bad-reason'] ?? ''),
};

const hangUp = (socket: Socket) => socket.end();

/** Speaks the protocol by hand, to send what no library does. */
function upgradeByHand(request: IncomingMessage, socket: Duplex, then?: (socket: Socket) => void): void {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = path === '/forged' ? 'AAAA' : createHash('sha1').update(key).digest('base64');
  socket.on('error', () => {});
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(FIRST[path] ?? '');
  socket.once('data', () => (then ?? THEN[path] ?? hangUp)(socket as Socket));
}
