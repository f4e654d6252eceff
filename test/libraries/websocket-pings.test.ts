import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import websocket, { type connection as Connection } from 'websocket';
import { connectRaw, type RawClient } from '../helpers/raw-client.ts';

const { client: WebSocketClient, server: PackageServer } = websocket;

const PONG = 10;
const TEXT = 1;

let records: CloseRecord[];
let handle: ReturnType<typeof instrumentWebSockets>;
let server: Server;
beforeEach(async () => {
  records = [];
  handle = instrumentWebSockets({ wire: false, otlp: false, closeHook: (record) => records.push(record) });
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await handle.shutdown();
});
const port = () => (server.address() as AddressInfo).port;

/** Accepts one client, whose frames a test writes. */
async function acceptRaw(config: object = { keepalive: false }): Promise<[Connection, RawClient]> {
  const packageServer = new PackageServer({ httpServer: server, autoAcceptConnections: true, ...config });
  const [[connection], raw] = await Promise.all([once(packageServer, 'connect'), connectRaw(port())]);
  packageServer.unmount();
  return [connection, raw];
}

/** Closes of one side, with what is known of pings. */
async function closes(side: 'client' | 'server'): Promise<string[]> {
  const ofSide = () => records.filter(({ kind }) => kind === side);
  await expect.poll(() => handle.forceFlush().then(() => ofSide().length)).toBe(1);
  return ofSide().map((record) => {
    const { furtherAttributes: attributes = {} } = record;
    const trip = attributes['websocket.ping.rtt'] === undefined ? '' : ' answered';
    return `${closeLine(record)} unanswered=${attributes['websocket.ping.unanswered']}${trip}`;
  });
}

it('knows a dead client by the keepalive of a server', async () => {
  const [connection, raw] = await acceptRaw({ keepaliveInterval: 100, keepaliveGracePeriod: 100 });
  const own = Object.keys(connection);
  // The first ping has its pong, and the next one has none.
  await expect.poll(() => Object.hasOwn(connection, 'processFrame')).toBe(true);
  raw.send(PONG);
  await once(connection, 'close');
  expect(await closes('server')).toEqual([
    '/ server 1006 unclean local ping_timeout error=ping_timeout unanswered=1 answered',
  ]);
  expect(Object.keys(connection).filter((key) => !own.includes(key) && key === 'processFrame')).toEqual([]);
  raw.tcp.destroy();
});

it('knows a dead server by the keepalive of a client', async () => {
  const packageServer = new PackageServer({ httpServer: server, autoAcceptConnections: true });
  packageServer.on('connect', (connection) => connection.socket.pause());
  const client = new WebSocketClient({
    keepalive: true,
    keepaliveInterval: 100,
    dropConnectionOnKeepaliveTimeout: true,
    keepaliveGracePeriod: 100,
  } as object);
  const connected = once(client, 'connect');
  client.connect(`ws://127.0.0.1:${port()}/`);
  const [connection] = await connected;
  await once(connection, 'close');
  expect(await closes('client')).toEqual([
    '/ client 1006 unclean local ping_timeout error=ping_timeout unanswered=1',
  ]);
  for (const one of packageServer.connections) one.socket.destroy();
});

it.each([
  { what: 'drop() without a Close frame', end: (one: Connection) => one.drop(4000, 'kicked', true) },
  { what: 'drop() with 1006', end: (one: Connection) => one.drop(1006, 'gone') },
  { what: 'drop() with 1006 without a Close frame', end: (one: Connection) => one.drop(1006, 'gone', true) },
  { what: 'a destroyed TCP socket', end: (one: Connection) => void one.socket.destroy() },
])('calls $what what it is, by what the pings say', async ({ end }) => {
  const [connection, raw] = await acceptRaw();
  connection.ping('a');
  raw.send(PONG, 'a');
  await once(connection, 'pong');
  connection.ping('b');
  end(connection);
  expect((await closes('server'))[0]).toContain('unclean local local_terminate');
  records.length = 0;
  const [late, other] = await acceptRaw();
  late.ping('a');
  // Longer than a second, after which an unanswered ping is overdue however long the connection was open before.
  await pause(1100);
  end(late);
  expect((await closes('server'))[0]).toContain('unclean local ping_timeout');
  for (const { tcp } of [raw, other]) tcp.destroy();
});

it.each([
  { what: 'drop() without a Close frame', end: (one: Connection) => one.drop(4000, 'kicked', true) },
  { what: 'destroy()', end: (one: Connection) => void one.socket.destroy() },
  { what: 'resetAndDestroy()', end: (one: Connection) => void one.socket.resetAndDestroy() },
])('calls $what what it is while bytes wait, so that Node cancels their write', async ({ end }) => {
  for (const cause of ['local_terminate', 'ping_timeout']) {
    records.length = 0;
    const [connection, raw] = await acceptRaw();
    raw.tcp.pause();
    if (cause === 'ping_timeout') connection.ping('a');
    for (let left = 30; left > 0; left--) connection.sendBytes(Buffer.alloc(1_000_000));
    expect(connection.socket.writableLength).toBeGreaterThan(1_000_000);
    if (cause === 'ping_timeout') await pause(1100);
    end(connection);
    expect((await closes('server'))[0]).toMatch(
      new RegExp(`^/ server 1006 unclean local ${cause} .*error=${cause} `),
    );
    raw.tcp.destroy();
  }
});

it.each([1004, 1005, 1006, 1015, 1016, 999, 5000])(
  'knows a Close frame whose code %i no peer may send',
  async (code) => {
    const [connection, raw] = await acceptRaw();
    const bytes = Buffer.alloc(8);
    bytes.set([0x88, 0x82]);
    bytes.writeUInt16BE(code, 6);
    raw.tcp.write(bytes);
    await once(connection, 'close');
    expect((await closes('server'))[0]).toMatch(
      /^\/ server 1006 unclean local protocol_error .*error=protocol_error /,
    );
    raw.tcp.destroy();
  },
);

it('knows a Close frame that is too short for a code', async () => {
  const [connection, raw] = await acceptRaw();
  raw.send(8, '!');
  await once(connection, 'close');
  expect((await closes('server'))[0]).toContain('/ server 1006 unclean local protocol_error ');
  raw.tcp.destroy();
});

it('calls a close() that comes back in vain a ping timeout, if a ping was overdue', async () => {
  const [connection, raw] = await acceptRaw({ keepalive: false, closeTimeout: 100 });
  connection.ping('');
  await pause(200);
  connection.close(4000, 'no pong');
  await once(connection.socket, 'finish');
  await pause(200);
  raw.tcp.destroy();
  expect((await closes('server'))[0]).toMatch(/local ping_timeout.* requested_code=4000 .* unanswered=1$/);
});

it('leaves messages, listeners and properties as they are, also while a ping is unanswered', async () => {
  const [connection, raw] = await acceptRaw();
  const { processFrame } = connection as unknown as { processFrame: unknown };
  connection.ping('a');
  const message = once(connection, 'message');
  raw.send(TEXT, 'hello');
  expect((await message)[0]).toMatchObject({ utf8Data: 'hello' });
  expect(connection.listenerCount('pong')).toBe(0);
  raw.send(PONG, 'a');
  await expect
    .poll(() => (connection as unknown as { processFrame: unknown }).processFrame)
    .toBe(processFrame);
  raw.tcp.destroy();
  await once(connection, 'close');
  expect(await closes('server')).toEqual([
    '/ server 1006 unclean none connection_lost error=connection_lost unanswered=0 answered',
  ]);
});
