import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const require = createRequire(import.meta.url);
const ws7: typeof WebSocket = require('ws7');

const records: CloseRecord[] = [];
let handle: ReturnType<typeof instrumentWebSockets>;
let server: WebSocketServer;
beforeEach(async () => {
  records.length = 0;
  handle = instrumentWebSockets({ wire: false, otlp: false, closeHook: (record) => records.push(record) });
  const options = { port: 0, host: '127.0.0.1', closeTimeout: 100 };
  server = new WebSocketServer(options);
  await once(server, 'listening');
});
afterEach(async () => {
  await handle.shutdown();
  for (const peer of server.clients) peer.terminate();
  server.close();
});
const port = () => (server.address() as AddressInfo).port;
const ofClient = () => records.filter(({ kind }) => kind === 'client').map(closeLine);

/** A client whose server does not read any more, and so never answers. */
async function openMuted(Client: typeof WebSocket): Promise<WebSocket> {
  server.once('connection', (peer) => peer.pause());
  const socket = new Client(`ws://127.0.0.1:${port()}`);
  await once(socket, 'open');
  return socket;
}

it('close_timeout is the cause on a server whose client never answers its Close frame', async () => {
  const client = connect(port(), '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  client.write('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  client.resume();
  const [peer] = await once(server, 'connection');
  peer.close(1001, 'restart');
  await once(peer, 'close');
  await handle.forceFlush();
  expect(records.map(closeLine)).toEqual([
    '/ server 1006 unclean local close_timeout requested_code=1001 error=close_timeout',
  ]);
  expect(records[0]?.requestedReason).toBe('restart');
});

it('close_timeout is the cause if the Close frame waits behind messages that a slow client does not read', async () => {
  const client = connect(port(), '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  client.write('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  client.pause();
  const [peer] = await once(server, 'connection');
  for (let i = 0; i < 32; i++) peer.send(Buffer.alloc(1 << 20));
  peer.close(1013, 'slow');
  await once(peer, 'close');
  client.destroy();
  await handle.forceFlush();
  expect(records.map(closeLine)).toEqual([
    '/ server 1006 unclean local close_timeout requested_code=1013 error=close_timeout',
  ]);
  expect(records[0]?.unsentSize).toBeGreaterThan(1 << 20);
});

it('close_timeout is the cause after the 30 seconds of ws 7', async () => {
  const socket = await openMuted(ws7);
  // Nobody waits that long: the clock is a fake, all else is real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    socket.close(4003, 'bye');
    await new Promise(setImmediate);
    vi.advanceTimersByTime(30_000);
    await once(socket, 'close');
  } finally {
    vi.useRealTimers();
  }
  await handle.forceFlush();
  expect(ofClient()).toEqual([
    '/ client 1006 unclean local close_timeout requested_code=4003 error=close_timeout',
  ]);
  expect(records.find(({ kind }) => kind === 'client')?.requestedReason).toBe('bye');
});

it('close_timeout is not the cause where the app itself dropped the connection', async () => {
  const socket = await openMuted(WebSocket);
  socket.close(4003, Buffer.from('bye ü'));
  setTimeout(() => socket.terminate(), 20);
  await once(socket, 'close');
  await handle.forceFlush();
  expect(ofClient()).toEqual([
    '/ client 1006 unclean local local_close requested_code=4003 error=local_close',
  ]);
  expect(records.find(({ kind }) => kind === 'client')?.requestedReason).toBe('bye ü');
});
