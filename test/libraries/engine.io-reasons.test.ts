import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { Server as EngineServer, type ServerOptions } from 'engine.io';
import { Socket as EngineClient } from 'engine.io-client';
import { Server as IoServer } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);

/** A client of either library, and its socket of engine.io. */
interface Client {
  /** Resolves to the reason that the library tells the app. */
  readonly closed: Promise<string>;
  readonly engine: EngineClient;
  close(): void;
}

/** A server with one client. */
interface Pair {
  readonly client: Client;
  /** The server's socket of engine.io. */
  readonly peer: {
    readonly transport: unknown;
    close(): void;
    once(event: 'close', listener: (reason: string) => void): unknown;
  };
  closeServer(): void;
}

type Transport = {
  readonly socket?: { readonly _socket: Socket };
  readonly ws?: { readonly _socket: Socket };
};

let records: CloseRecord[];
let handle: ReturnType<typeof instrumentWebSockets>;
let stops: (() => unknown)[];
/** Resolve when the TCP sockets of a test have ended, so that no later test sees their end. */
let ends: Promise<unknown>[];
beforeEach(() => {
  records = [];
  stops = [];
  ends = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(async () => {
  for (const stop of stops) stop();
  await Promise.all(ends);
  await new Promise(setImmediate);
  await handle.shutdown();
});

const builds = {
  'ES modules': { Engine: EngineClient, connect: io },
  CommonJS: {
    Engine: require('engine.io-client').Socket as typeof EngineClient,
    connect: require('socket.io-client') as typeof io,
  },
};

async function listen(): Promise<{ http: ReturnType<typeof createServer>; url: string }> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  stops.push(
    () => http.closeAllConnections(),
    () => http.close(),
  );
  return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

async function engineIo({ Engine }: (typeof builds)['CommonJS'], options: ServerOptions): Promise<Pair> {
  const { http, url } = await listen();
  const server = new EngineServer(options);
  server.attach(http);
  const connection = once(server, 'connection');
  const engine = new Engine(url, { transports: ['websocket'] });
  const closed = new Promise<string>((resolve) => engine.on('close', resolve));
  const [peer] = await connection;
  await new Promise<void>((resolve) => engine.on('open', resolve));
  return { client: { closed, engine, close: () => engine.close() }, peer, closeServer: () => server.close() };
}

async function socketIo({ connect }: (typeof builds)['CommonJS'], options: ServerOptions): Promise<Pair> {
  const { http, url } = await listen();
  const server = new IoServer(http, options);
  const connection = new Promise<{ conn: Pair['peer'] }>((resolve) =>
    server.once('connection', resolve as never),
  );
  const client = connect(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  const closed = new Promise<string>((resolve) => client.on('disconnect', resolve));
  const { conn } = await connection;
  if (!client.connected) await new Promise<void>((resolve) => client.on('connect', resolve));
  const engine = client.io.engine as unknown as EngineClient;
  return {
    client: { closed, engine, close: () => client.disconnect() },
    peer: conn,
    closeServer: () => void server.close(),
  };
}

/** Closes with the library's reason, the server's first. */
async function closes(side: 'client' | 'server' | ''): Promise<string[]> {
  const ofSide = () => records.filter(({ kind }) => kind.startsWith(side));
  await expect.poll(() => handle.forceFlush().then(() => ofSide().length)).toBe(side ? 1 : 2);
  return ofSide()
    .map((record) => {
      const { furtherAttributes: attributes = {} } = record;
      const unanswered = attributes['websocket.ping.unanswered'];
      const more = unanswered === undefined ? '' : ` unanswered=${unanswered}`;
      return `${closeLine(record).replace(/^\S+ /, '')}, ${attributes['websocket.close.library_reason']}${more}`;
    })
    .sort()
    .reverse();
}

const watched = new WeakSet<object>();
const tcpOf = (transport: unknown) => {
  const { socket, ws } = transport as Transport;
  const found = ws ?? socket;
  if (!found) throw new Error('No WebSocket');
  const { _socket } = found;
  if (!watched.has(_socket)) ends.push(once(_socket, 'close'));
  watched.add(_socket);
  return _socket;
};

const rows = Object.entries(builds).flatMap(([build, classes]) =>
  [
    { name: 'engine.io', start: engineIo },
    { name: 'Socket.IO', start: socketIo },
  ].map((library) => ({ ...library, build, classes })),
);

describe.each(rows)('$name, client of $build', ({ name, start, classes }) => {
  it('records a dead client when the server gives it up', async () => {
    const { client, peer } = await start(classes, { pingInterval: 100, pingTimeout: 200 });
    const closed = new Promise((resolve) => peer.once('close', resolve));
    const tcp = tcpOf(client.engine.transport);
    tcpOf(peer.transport);
    // The client does not give up the server meanwhile.
    clearTimeout((client.engine as unknown as { _pingTimeoutTimer: NodeJS.Timeout })._pingTimeoutTimer);
    tcp.pause();
    expect(await closed).toBe('ping timeout');
    expect(await closes('server')).toEqual([
      'server 1006 unclean local ping_timeout synthetic error=ping_timeout, ping timeout unanswered=1',
    ]);
    tcp.destroy();
  });

  it('records a dead server when the client gives it up', async () => {
    const { client, peer } = await start(classes, { pingInterval: 100, pingTimeout: 200 });
    // The server's pings get stuck, and it does not miss the pongs.
    (peer as unknown as { schedulePing(): void; sendPacket(): void }).sendPacket = () => {};
    (peer as unknown as { resetPingTimeout(): void }).resetPingTimeout = () => {};
    tcpOf(client.engine.transport);
    tcpOf(peer.transport).pause();
    expect(await client.closed).toBe('ping timeout');
    expect(await closes('client')).toEqual([
      'client 1006 unclean local ping_timeout synthetic error=ping_timeout, ping timeout',
    ]);
    tcpOf(peer.transport).destroy();
    await closes('');
  });

  it.each([
    {
      what: 'the client closes',
      end: ({ client }: Pair) => client.close(),
      expected: [
        'server 1005 clean remote remote_close, transport close',
        'client 1005 clean local local_close, forced close',
      ],
    },
    {
      what: 'the server closes the connection',
      end: ({ peer }: Pair) => peer.close(),
      expected: [
        'server 1005 clean local local_close, forced close',
        'client 1005 clean remote remote_close, transport close',
      ],
    },
    {
      what: 'TCP is lost',
      end: ({ client }: Pair) => tcpOf(client.engine.transport).destroy(),
      expected: [
        'server 1006 unclean none connection_lost error=connection_lost, transport close',
        'client 1006 unclean local local_terminate error=local_terminate, transport close',
      ],
    },
    {
      what: 'the server stops',
      end: ({ closeServer }: Pair) => closeServer(),
      expected: [
        `server 1005 clean local local_close, ${name === 'Socket.IO' ? 'server shutting down' : 'forced close'}`,
        'client 1005 clean remote remote_close, transport close',
      ],
    },
  ])('says why, if $what', async ({ end, expected }) => {
    const pair = await start(classes, {});
    end(pair);
    await pair.client.closed;
    expect(await closes('')).toEqual(expected);
  });
});
