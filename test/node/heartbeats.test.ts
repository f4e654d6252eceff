import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { endWsServer } from '../helpers/end-ws-server.ts';
import { connectRaw } from '../helpers/raw-client.ts';

const require = createRequire(import.meta.url);
const COPIES: Readonly<Record<string, { Server: typeof WebSocketServer; Client: typeof WebSocket }>> = {
  'ws 8': { Server: WebSocketServer, Client: WebSocket },
  'ws 7': { Server: require('ws7').Server, Client: require('ws7') },
};
const PING = 9;
const PONG = 10;
const TEXT = 1;
/** Milliseconds between two pings. */
const INTERVAL = 250;

let records: CloseRecord[];
let handle: ReturnType<typeof instrumentWebSockets>;
let server: WebSocketServer;
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(async () => {
  await endWsServer(server);
  await handle.shutdown();
});

async function start(Server = WebSocketServer, options = {}): Promise<number> {
  server = new Server({ port: 0, host: '127.0.0.1', closeTimeout: 100, ...options } as object);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The heartbeat of the README of `ws`, of one socket. */
function beat(peer: WebSocket): void {
  let isAlive = true;
  peer.on('pong', () => {
    isAlive = true;
  });
  const interval = setInterval(() => {
    if (!isAlive) {
      peer.terminate();
      return;
    }
    isAlive = false;
    peer.ping();
  }, INTERVAL);
  peer.on('close', () => clearInterval(interval));
}

/** Sends a ping, and resolves when the pong is there. */
async function pong(peer: WebSocket): Promise<void> {
  const answered = once(peer, 'pong');
  peer.ping();
  await answered;
}

/** Closes of one side with what is known of pings. */
async function closes(side: 'client' | 'server'): Promise<string[]> {
  await handle.forceFlush();
  return records
    .filter(({ kind }) => kind === side)
    .map((record) => {
      const { furtherAttributes: attributes = {} } = record;
      const rtt = Number(attributes['websocket.ping.rtt'] ?? Number.NaN);
      const trip = Number.isNaN(rtt) ? '' : ` ${rtt >= 0 && rtt < 1 ? 'answered' : rtt}`;
      return `${closeLine(record)} unanswered=${attributes['websocket.ping.unanswered']}${trip}`;
    });
}

describe.each(Object.entries(COPIES))('%s', (_name, { Server, Client }) => {
  it('calls a peer that stops answering a ping timeout', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`);
    const [peer] = await once(server, 'connection');
    await pong(peer);
    await pong(peer);
    beat(peer);
    (client as unknown as { _socket: { pause(): void } })._socket.pause();
    await once(peer, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local ping_timeout error=ping_timeout unanswered=1 answered',
    ]);
    client.terminate();
  });

  it('calls a peer that has never answered a ping timeout', async () => {
    const port = await start(Server);
    const [[peer]] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
    beat(peer);
    await once(peer, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local ping_timeout error=ping_timeout unanswered=1',
    ]);
  });

  it('finds a dead server by the pings of a client', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`);
    const [peer] = await once(server, 'connection');
    if (client.readyState !== client.OPEN) await once(client, 'open');
    beat(client);
    await once(client, 'pong');
    peer._socket.pause();
    await once(client, 'close');
    expect(await closes('client')).toEqual([
      '/ client 1006 unclean local ping_timeout error=ping_timeout unanswered=1 answered',
    ]);
  });

  it('calls a deliberate terminate() of a peer that answers what it is', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`);
    const [peer] = await once(server, 'connection');
    beat(peer);
    await once(peer, 'pong');
    peer.terminate();
    await once(client, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local local_terminate error=local_terminate unanswered=0 answered',
    ]);
  });

  it('blames no peer for a ping that was sent just before terminate()', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`);
    const [peer] = await once(server, 'connection');
    beat(peer);
    await once(peer, 'pong');
    peer.ping();
    peer.terminate();
    await once(client, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local local_terminate error=local_terminate unanswered=1 answered',
    ]);
  });

  it.each([
    { what: 'at the opening', act: (peer: WebSocket) => peer.ping() },
    {
      what: 'twice at the opening',
      act: (peer: WebSocket) => {
        peer.ping('a');
        setTimeout(() => peer.ping('b'), 10);
      },
    },
  ])('blames no peer that was pinged $what, and dropped soon after', async ({ act }) => {
    const port = await start(Server);
    server.on('connection', (peer) => {
      act(peer);
      setTimeout(() => peer.terminate(), 60);
    });
    // Its pong would take longer than the connection lives.
    const client = await connectRaw(port);
    await once(client.tcp, 'close');
    expect(await closes('server')).toEqual([
      expect.stringMatching(
        /^\/ server 1006 unclean local local_terminate error=local_terminate unanswered=\d$/,
      ),
    ]);
  });

  it('counts several unanswered pings, and no ping after close()', async () => {
    const port = await start(Server);
    const [[peer], raw] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
    for (const payload of ['a', 'b', 'c']) {
      peer.ping(payload);
      await pause(INTERVAL);
    }
    // Neither answers a ping: the payload of the one is nobody's, and the other comes from the peer.
    raw.send(PONG, 'x');
    raw.send(PING, 'c');
    await once(peer, 'ping');
    peer.close(4000, 'no pong');
    peer.ping();
    raw.tcp.pause();
    peer.terminate();
    await once(peer, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local ping_timeout requested_code=4000 error=ping_timeout unanswered=3',
    ]);
  });

  it('takes a pong as the answer to its ping and to all before', async () => {
    const port = await start(Server);
    const [[peer], raw] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
    for (const payload of ['a', 'b', 'c']) peer.ping(payload);
    raw.send(PONG, 'b');
    await once(peer, 'pong');
    peer.terminate();
    await once(peer, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local local_terminate error=local_terminate unanswered=1 answered',
    ]);
  });

  it('measures no round trip while nobody can know which ping a pong answers', async () => {
    const port = await start(Server);
    const [[peer], raw] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
    for (let i = 0; i < 20; i++) peer.ping();
    raw.send(PONG);
    await once(peer, 'pong');
    peer.ping();
    raw.send(PONG);
    await once(peer, 'pong');
    peer.terminate();
    await once(peer, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local local_terminate error=local_terminate unanswered=0',
    ]);
  });

  it('calls a close() that comes back clean a close, whatever the pings say', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`, { autoPong: false } as object);
    // `ws` 7 always answers: its receiver is told of no ping.
    const receiver = () =>
      (client as unknown as { _receiver: { removeAllListeners(event: string): void } })._receiver;
    const [peer] = await once(server, 'connection');
    if (client.readyState !== client.OPEN) await once(client, 'open');
    receiver().removeAllListeners('ping');
    peer.ping();
    await pause(INTERVAL);
    peer.close(1001);
    await once(peer, 'close');
    expect(await closes('server')).toEqual(['/ server 1001 clean local local_close unanswered=1']);
  });

  it('blames no peer while this end itself reads nothing', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`);
    const [peer] = await once(server, 'connection');
    if (client.readyState !== client.OPEN) await once(client, 'open');
    await new Promise(setImmediate);
    peer._socket.pause();
    peer.ping();
    await pause(INTERVAL);
    peer.terminate();
    await once(client, 'close');
    expect(await closes('server')).toEqual([
      '/ server 1006 unclean local local_terminate error=local_terminate unanswered=1',
    ]);
  });

  it.each([
    { what: 'no ping', pings: 0, cause: 'local_terminate', unanswered: undefined },
    { what: 'an unanswered ping', pings: 1, cause: 'ping_timeout', unanswered: 1 },
  ])('knows a TCP socket that the app destroys, with $what', async ({ pings, cause, unanswered }) => {
    const port = await start(Server);
    const [[peer]] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
    await pause(INTERVAL);
    for (let i = 0; i < pings; i++) peer.ping();
    await pause(INTERVAL);
    peer._socket.destroy();
    await once(peer, 'close');
    expect(await closes('server')).toEqual([
      `/ server 1006 unclean local ${cause} error=${cause} unanswered=${unanswered}`,
    ]);
  });

  it('leaves the listeners and properties that an app sees as they are', async () => {
    const port = await start(Server);
    const client = new Client(`ws://127.0.0.1:${port}`);
    const [peer] = await once(server, 'connection');
    if (client.readyState !== client.OPEN) await once(client, 'open');
    const keys = Reflect.ownKeys(peer);
    peer.ping();
    client.once('ping', () => {});
    await new Promise(setImmediate);
    expect(peer.listenerCount('pong')).toBe(0);
    expect(peer._receiver.listenerCount('pong')).toBe(1);
    expect(Reflect.ownKeys(peer)).toEqual(keys);
    client.terminate();
    await once(peer, 'close');
  });
});

it('has a cause for the cap of pending pongs of ws, which is no act of the app', async () => {
  const port = await start();
  const [[peer], raw] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
  // Nothing of the peer's pongs leaves any more.
  peer._socket.cork();
  for (let i = 0; i < 100; i++) raw.send(PING, 'x'.repeat(125));
  await once(peer, 'close');
  expect(await closes('server')).toEqual([
    '/ server 1006 unclean local pong_backlog error=pong_backlog unanswered=undefined',
  ]);
});

it.each([
  { what: 'fragments', options: { maxFragments: 4 } },
  { what: 'buffered chunks', options: { maxBufferedChunks: 2 } },
])('has a cause for the limit of $what of ws', async ({ what, options }) => {
  const port = await start(WebSocketServer, options);
  server.once('connection', (peer) => peer.on('error', () => {}));
  const [[peer], raw] = await Promise.all([once(server, 'connection'), connectRaw(port)]);
  const closed = new Promise((resolve) => peer.once('close', resolve));
  raw.send(TEXT, 'a', false);
  if (what === 'fragments') for (let i = 0; i < 6; i++) raw.send(0, 'a', false);
  else {
    raw.tcp.setNoDelay();
    raw.tcp.write(Buffer.from([0, 0xfd, 0, 0, 0, 0]));
    for (let i = 0; i < 6; i++) {
      raw.tcp.write('x');
      await pause(10);
    }
  }
  await closed;
  expect(await closes('server')).toEqual([
    '/ server 1006 unclean local too_many_parts requested_code=1008 error=WS_ERR_TOO_MANY_BUFFERED_PARTS unanswered=undefined',
  ]);
});
