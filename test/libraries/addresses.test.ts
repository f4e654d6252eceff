import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import websocket from 'websocket';
import { WebSocketServer } from 'ws';
import { CLIENTS, type Client } from '../helpers/web-socket-clients.ts';

const INTERFACES = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses.map(({ address }) => ({ name, address })),
);
const HAS_IPV6 = INTERFACES.some(({ address }) => address === '::1');
/** An address that is valid only together with the name of a network card. */
const LINK_LOCAL = INTERFACES.find(({ address }) => address.startsWith('fe80::'));
const ALL_CLIENTS: readonly (readonly [string, Client])[] = [
  ...CLIENTS,
  ['websocket', websocket.w3cwebsocket as unknown as Client],
];

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let server: Server;
let peers: WebSocketServer;
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({
    otlp: false,
    recordClientAddress: true,
    closeHook: (record) => records.push(record),
  });
  server = createServer();
  peers = new WebSocketServer({ server });
  peers.on('connection', (peer) => peer.close(4001));
});
afterEach(async () => {
  server.close();
  await handle.shutdown();
});

async function listen(host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Returns what the records say of both ends, once both are there. */
async function addressesOf(kind: CloseRecord['kind']) {
  await expect.poll(() => handle.forceFlush().then(() => records.map(({ kind }) => kind))).toContain(kind);
  const found = records.find((record) => record.kind === kind);
  return {
    server: found?.endpoint.address,
    port: found?.endpoint.port,
    peer: found?.peer?.address,
    client: found?.clientAddress,
  };
}

/** Sends a handshake as a client that names no host may send it. */
function shakeHands(port: number, at: string, headers = 'Host:\r\n'): void {
  const client = connect(port, at);
  client.write(
    `GET / HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  client.once('data', () => client.destroy());
}

it.skipIf(!HAS_IPV6).each(ALL_CLIENTS)('an address of IPv6 has no brackets: %s', async (_, Client) => {
  const port = await listen('::1');
  new Client(`ws://[::1]:${port}/`).onerror = null;
  expect(await addressesOf('client')).toMatchObject({ server: '::1', port });
  expect(await addressesOf('server')).toEqual({ server: '::1', port, peer: '::1', client: '::1' });
});

it.skipIf(!HAS_IPV6)('an IPv4 client of a server for IPv6 has its own address', async () => {
  const port = await listen('::');
  shakeHands(port, '127.0.0.1');
  expect(await addressesOf('server')).toEqual({
    server: '127.0.0.1',
    port,
    peer: '127.0.0.1',
    client: '127.0.0.1',
  });
});

it.skipIf(!LINK_LOCAL)('an address has no zone', async () => {
  const { address = '', name = '' } = LINK_LOCAL ?? {};
  const port = await listen('::');
  shakeHands(port, `${address}%${name}`);
  expect(await addressesOf('server')).toEqual({ server: address, port, peer: address, client: address });
});

it.each([
  ['Forwarded: for="[fe80::1%eth0]:4711"', 'fe80::1'],
  ['Forwarded: for="[::FFFF:192.0.2.1]"', '192.0.2.1'],
  ['X-Forwarded-For: ::ffff:192.0.2.1, 10.0.0.1', '192.0.2.1'],
  ['X-Forwarded-For: [2001:db8::1]:4711', '2001:db8::1'],
  ['X-Forwarded-For: 2001:db8::1', '2001:db8::1'],
  ['X-Forwarded-For: fe80::1%eth0', 'fe80::1'],
])('the header %s names the client %s', async (header, address) => {
  shakeHands(await listen('127.0.0.1'), '127.0.0.1', `Host: example.com\r\n${header}\r\n`);
  expect(await addressesOf('server')).toMatchObject({ client: address });
});

it.each([
  ['[2001:db8::1]:444', '2001:db8::1', 444],
  ['[2001:db8::1]', '2001:db8::1', 80],
  ['Example.COM.:81', 'example.com', 81],
])('a server that is reached as %s has the address %s', async (host, address, port) => {
  shakeHands(await listen('127.0.0.1'), '127.0.0.1', `Host: ${host}\r\n`);
  expect(await addressesOf('server')).toMatchObject({ server: address, port });
});
